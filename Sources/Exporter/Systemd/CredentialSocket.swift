internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// The socket from which units load credentials that the daemon has in memory.
///
/// systemd connects once for each credential, from an address that names the unit and the credential, and reads to the end.
///
/// Source: systemd.exec(5), `LoadCredential=`.
struct CredentialSocket: Sendable {
    /// The unit that makes it, where systemd does. A drop-in orders its service behind it.
    static let unit = "warder-credentials.socket"

    /// Where it is.
    let path: String

    /// Where it is, as a unit says it.
    static func setting(_ scope: SystemdScope) -> String {
        scope == .system ? "/run/warder/credentials.sock" : "%t/warder/credentials.sock"
    }

    /// How long an answer may take, in seconds: a daemon that systemd starts for it has to open the vault first.
    private static let patience = 5

    // MARK: What a unit can get

    /// The most bytes of a unit's name and a credential's together: both stand in the address of systemd's end, with 16 digits at most.
    ///
    /// Source: unix(7), `sun_path`; systemd 252, measured.
    static let maximumNames = 107 - "@0123456789abcdef/unit//".utf8.count

    /// Checks that a unit can load variables as credentials, and tell each of them from one that it did not get.
    ///
    /// - Parameter unit: nil if it is not known which.
    /// - Throws: ``ExportError/Code/unrepresentable``, naming the variable; ``ExportError/Code/invalidName``.
    static func check(_ variables: [EnvironmentVariable], for unit: UnitName?) throws(ExportError) {
        for variable in variables {
            try CredentialName.check(variable.name)
            guard variable.value.count > 0 else {
                throw ExportError(
                    .unrepresentable, "\(variable.name): it is empty, and a unit that did not get it would not notice",
                    hint: "leave it out with `except`, or use the format \(CopyForm.UnitKind.credential.rawValue)")
            }
            if let unit, unit.description.utf8.count + variable.name.utf8.count > maximumNames {
                throw ExportError(
                    .unrepresentable,
                    "\(variable.name): its name and \(unit) have more than \(maximumNames) bytes, which systemd cannot ask for",
                    hint: "give it a shorter name with `names`, or use the format \(CopyForm.UnitKind.credential.rawValue)")
            }
        }
        let total = variables.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
        guard total <= Systemd.maximumCredentials else {
            let largest = variables.max { $0.value.count < $1.value.count }?.name ?? ""
            throw ExportError(
                .unrepresentable,
                "\(largest): the credentials of a unit have no more than \(Systemd.maximumCredentials) bytes together, names included")
        }
    }

    // MARK: What the daemon says

    /// Why nobody can be asked.
    enum Silence: Error {
        /// Nobody listens.
        case absent
        /// This process may not ask, or the system fails.
        case closed
    }

    /// Whether nobody listens: then no unit can load a credential.
    var isAbsent: Bool {
        do throws(Silence) { _ = try connection(as: []) } catch { return error == .absent }
        return false
    }

    /// What the daemon would give a unit now, if it gives it anything. The daemon does not take it for a start of the unit.
    func value(of name: String, for unit: String) throws(Silence) -> SecretValue? {
        let random = String(UInt32.random(in: 1...UInt32.max), radix: 16)
        let end = try connection(as: [0] + Array("\(random)/check/\(unit)/\(name)".utf8))
        do throws(FileError) {
            let value = SecretValue(try end.readAll(maximum: Systemd.maximumCredentials))
            return value.count > 0 ? value : nil
        } catch {
            return nil
        }
    }

    /// Connects from an address, or from none.
    private func connection(as name: [UInt8]) throws(Silence) -> FileDescriptor {
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .closed }
        let end = FileDescriptor(number: number, path: path)
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            guard unsafe setsockopt(number, SOL_SOCKET, option, &limit, size) == 0 else { throw .closed }
        }
        if !name.isEmpty {
            guard unsafe withAddress(name, { unsafe bind(number, $0, $1) }) == 0 else { throw .closed }
        }
        let status = unsafe withAddress(Array(path.utf8)) { unsafe connect(number, $0, $1) }
        guard status == 0 else { throw [ENOENT, ECONNREFUSED, ENOTDIR].contains(errno) ? .absent : .closed }
        return end
    }

    /// Calls `body` with an address of a Unix socket; -1 if the name is too long for one.
    private func withAddress(_ name: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        // A path ends with a NUL; an abstract name with its last byte.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name.first == 0 ? 0 : 1))
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}

extension Systemd {
    /// Where this scope's units load credentials from memory.
    var credentialSocket: CredentialSocket {
        CredentialSocket(path: CredentialSocket.setting(scope).replacing("%t", with: runtime))
    }
}
