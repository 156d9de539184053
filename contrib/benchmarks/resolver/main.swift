// Measures resolutions in this process, with the settings and the vault of the user: medians in nanoseconds, as JSON.
//
//     resolver-benchmark MODEL

internal import Foundation
internal import Resolver

let environment = ProcessInfo.processInfo.environment
guard let model = CommandLine.arguments.dropFirst().first else {
    FileHandle.standardError.write(Data("resolver-benchmark: which model?\n".utf8))
    exit(2)
}

/// The median time of one call, in nanoseconds, out of `rounds` groups of `calls`.
func median(rounds: Int, calls: Int, _ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    for _ in 0..<rounds {
        let start = ContinuousClock.now
        for _ in 0..<calls { try body() }
        let time = (ContinuousClock.now - start).components
        times.append((Double(time.seconds) * 1e9 + Double(time.attoseconds) / 1e9) / Double(calls))
    }
    return times.sorted()[rounds / 2]
}

do {
    // Everything from nothing: settings, key file, vault, anchor, catalogue (which is read once in a process).
    let first = try median(rounds: 1, calls: 1) { _ = try ModelResolver.ofUser(environment: environment).resolve(model) }
    let cold = try median(rounds: 200, calls: 1) { _ = try ModelResolver.ofUser(environment: environment).resolve(model) }
    let resolver = try ModelResolver.ofUser(environment: environment)
    _ = try resolver.resolve(model)
    // A vault that was written just now is not yet relied on.
    try await Task.sleep(for: .milliseconds(200))
    _ = try resolver.resolve(model)
    let cached = try median(rounds: 201, calls: 1000) { _ = try resolver.resolve(model) }
    // The keys anew from the vault that is open: what a resolution costs after each change of the vault.
    let anew = try median(rounds: 200, calls: 1) {
        resolver.forget()
        _ = try resolver.resolve(model)
    }
    print("{\"first\":\(Int(first)),\"cold\":\(Int(cold)),\"anew\":\(Int(anew)),\"cached\":\(Int(cached))}")
} catch {
    FileHandle.standardError.write(Data("resolver-benchmark: \(error)\n".utf8))
    exit(1)
}
