package import ArgumentParser
internal import CPlatform
internal import Glibc
internal import Keystore

/// The program `warder`.
public enum WarderProgram {
    /// The file mode mask that the process came with, which the program that `run` starts gets back.
    nonisolated(unsafe) private(set) static var inheritedMask: mode_t = 0o022

    /// Runs the command that the arguments name, and ends the process with its exit code.
    public static func main() -> Never {
        protect()
        // Before anything is done: a key among the arguments of `onboard` is readable by every process of the machine.
        let given = OnboardArguments.take()
        let arguments: [String]
        do { arguments = Arguments.arranged(try given.words()) } catch { report(Failure(error)) }
        do {
            if try ShortForm.run(arguments) { exit(0) }
        } catch {
            report(Failure(error))
        }
        do {
            var command = try Warder.parseAsRoot(arguments)
            do {
                try command.run()
            } catch {
                // Help that a command asks for itself, as one without a verb does.
                if Warder.exitCode(for: error).isSuccess { throw error }
                report(Failure(error))
            }
        } catch {
            if Warder.exitCode(for: error).isSuccess {
                do { try Console.write(Warder.fullMessage(for: error) + "\n") } catch { report(Failure(error)) }
                exit(0)
            }
            report(Usage.failure(error, arguments))
        }
        exit(0)
    }

    /// Runs another program's command in the same way.
    package static func run(_ root: (some AsyncParsableCommand).Type) async -> Never {
        protect()
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try root.parseAsRoot(arguments)
            do {
                if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
            } catch {
                if root.exitCode(for: error).isSuccess { throw error }
                report(Failure(error))
            }
        } catch {
            if root.exitCode(for: error).isSuccess {
                do { try Console.write(root.fullMessage(for: error) + "\n") } catch { report(Failure(error)) }
                exit(0)
            }
            report(Usage.failure(error, arguments, of: root))
        }
        exit(0)
    }

    /// First of all: nothing of this process may reach a file of others, a core dump, a debugger or a crash report.
    private static func protect() {
        platform_fill_standard_descriptors()
        unsafe inheritedMask = umask(0o077)
        guard platform_refuse_inspection() == 0 else { report(Failure(.io, "the process cannot be protected from inspection")) }
    }

    /// What the program that takes this one's place should find as it was.
    static func restoreInherited() {
        platform_restore_limits()
        unsafe umask(inheritedMask)
    }

    private static func report(_ failure: Failure) -> Never {
        if !failure.message.isEmpty { Console.say("warder: \(printable(failure.message))") }
        for hint in failure.hints { Console.say("hint: \(printable(hint))") }
        exit(failure.code)
    }

    /// On one line: a path must neither begin another one nor steer the terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}
