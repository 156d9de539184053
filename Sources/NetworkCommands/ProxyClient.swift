internal import AsyncHTTPClient
internal import CPlatform
internal import Foundation
internal import Glibc
internal import Keystore
internal import NIOCore
internal import NIOHTTP1
internal import WarderCommands

/// Requests to the proxy of this user, over its Unix socket.
struct ProxyClient {
    private let socket: String

    init(_ session: Session) { socket = session.runtime.proxy }

    /// A response, whose body comes bit by bit.
    struct Response {
        let status: Int
        let headers: HTTPHeaders
        let body: HTTPClientResponse.Body
    }

    /// Makes a request.
    ///
    /// - Parameters:
    ///   - path: below the proxy's address.
    ///   - body: JSON to post; nil for GET.
    /// - Throws: 22 if no proxy runs; 27 for a connection that breaks.
    func send(_ path: String, body: [UInt8]? = nil, headers: [(String, String)] = []) async throws -> Response {
        guard let url = URL(httpURLWithSocketPath: socket, uri: path) else { throw Failure(.io, "\(socket): is no address") }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.headers.add(name: "host", value: "localhost")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body {
            request.method = .POST
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        // The library would go on trying where nobody listens.
        let probe = unsafe platform_connect(socket, 10)
        guard probe >= 0 else { throw Failure(.notFound, "no proxy runs", hints: ["`warder serve` starts one"]) }
        close(probe)
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .hours(24))
            return Response(status: Int(response.status.code), headers: response.headers, body: response.body)
        } catch {
            throw Failure(exitCode: Failure.network, "\(socket): the connection to the proxy broke")
        }
    }
}
