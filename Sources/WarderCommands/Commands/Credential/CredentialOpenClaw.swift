internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// `warder credential openclaw`
///
/// One document `{"protocolVersion":1,"provider":NAME,"ids":[…]}` on standard input, one `{"protocolVersion":1,"values":{…},"errors":{…}}` on
/// standard output. Every id is in one of both.
///
/// Source: openclaw/openclaw, src/secrets/resolve.ts.
struct CredentialOpenClaw: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "openclaw", abstract: "Answer OpenClaw, Fased and Genesis: their exec secret provider, version 1.",
        discussion: """
            An id is the name of a secret. Where an id cannot have underscores, hyphens stand for them: OPENAI-API-KEY is also the secret
            OPENAI_API_KEY. An id that could be either of two secrets is none.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    private struct Request: Decodable {
        let protocolVersion: Int
        let ids: [String]
    }

    /// What one request may have: 512 ids, 256 KiB.
    private static let maximumCount = 512
    private static let maximumByteCount = 256 << 10

    func run() throws {
        let request = try read()
        var values: [(String, JSON)] = []
        var errors: [(String, JSON)] = []
        do {
            for (id, secret, isAmbiguous) in try secrets(request.ids) {
                guard !isAmbiguous else {
                    errors.append((id, Self.error("AMBIGUOUS_DUPLICATE_KEY", "the id is the name of one secret and may mean another")))
                    continue
                }
                guard let secret else {
                    errors.append((id, Self.error("NOT_FOUND", "there is no such secret")))
                    continue
                }
                guard let text = String(validating: secret.value.reveal(), as: UTF8.self) else {
                    errors.append((id, Self.error("NOT_TEXT", "the value is not a text")))
                    continue
                }
                values.append((id, .string(text)))
            }
        } catch {
            // Each id has its answer, or the caller takes this program for broken.
            let failure = Failure(error)
            values = []
            errors = Self.unique(request.ids).map { ($0, Self.error("UNAVAILABLE", failure.message)) }
        }
        try Console.write(
            JSON.object([("protocolVersion", .number(1)), ("values", .object(values)), ("errors", .object(errors))]).line)
    }

    private func read() throws -> Request {
        let input = FileDescriptor(number: dup(0), path: "standard input")
        let bytes = try input.readAll(maximum: Self.maximumByteCount)
        let data = bytes.withBytes { span in unsafe span.withUnsafeBytes { unsafe Data($0) } }
        guard let request = try? JSONDecoder().decode(Request.self, from: data), request.protocolVersion == 1,
            (1...Self.maximumCount).contains(request.ids.count)
        else {
            throw Failure(.invalid, "standard input is not a request of version 1 with 1 to \(Self.maximumCount) ids")
        }
        return request
    }

    /// The secrets of ids, each once, in their order, out of one state of the vault.
    private func secrets(_ ids: [String]) throws -> [(id: String, secret: Secret?, isAmbiguous: Bool)] {
        let ids = Self.unique(ids)
        let names = ids.map { id in
            [id, id.replacing("-", with: "_")].compactMap { try? SecretName($0) }
        }
        let found = try Session(options).unlock(mayPrompt: false).get(Array(Set(names.joined())).sorted())
        var secrets: [SecretName: Secret] = [:]
        for case let secret? in found { secrets[secret.listing.name] = secret }
        return zip(ids, names).map { id, names in
            let found = Set(names).compactMap { secrets[$0] }
            return (id, found.first, found.count > 1)
        }
    }

    private static func unique(_ ids: [String]) -> [String] {
        var seen: Set<String> = []
        return ids.filter { seen.insert($0).inserted }
    }

    private static func error(_ code: String, _ message: String) -> JSON {
        .object([("code", .string(code)), ("message", .string(message))])
    }
}
