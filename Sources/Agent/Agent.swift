/// The agent's protocol.
enum AgentProtocol {}
