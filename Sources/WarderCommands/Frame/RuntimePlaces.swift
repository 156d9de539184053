internal import Agent
internal import PrivateFiles

/// Where processes of Warder find each other.
package struct RuntimePlaces: Sendable {
    /// The directory of sockets: `$XDG_RUNTIME_DIR/warder`, or `/run/warder` for the system.
    package let directory: String
    /// The agent's socket.
    package var agent: String { "\(directory)/agent.sock" }
    /// The proxy's socket.
    package var proxy: String { "\(directory)/proxy.sock" }
    /// The socket from which units load credentials.
    package var credentials: String { "\(directory)/credentials.sock" }
    /// Which TCP port the proxy listens on, if it does: decimal digits.
    package var port: String { "\(directory)/proxy.port" }

    /// - Parameters:
    ///   - isSystem: whether it is the system's.
    ///   - runtimeDirectory: the variable `XDG_RUNTIME_DIR`.
    ///   - stateDirectory: the user's directory of state.
    init(isSystem: Bool, runtimeDirectory: String?, stateDirectory: String) {
        let agent =
            isSystem
            ? AgentSocket.systemPath : AgentSocket.path(runtimeDirectory: runtimeDirectory, stateDirectory: stateDirectory)
        directory = PrivateFile.split(agent).parent
    }
}
