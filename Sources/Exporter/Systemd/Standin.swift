public import SodiumCrypto

public struct UnitName: Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ text: String) throws(ExportError) { description = text }
}
public enum SystemdScope: String, Sendable { case user, system }
public struct SystemdAbilities: Sendable {
    public var sealsCredentials = true, loadsEncryptedCredentials = true, refreshesCredentials = false
}
public struct UnitState: Sendable {}
public enum Proof: Sendable { case holds }
public struct Systemd: Sendable {
    public init(scope: SystemdScope, environment: [String: String]) {}
    public func dropInDirectory(of unit: UnitName) -> String { "" }
    public func abilities() throws(ExportError) -> SystemdAbilities { SystemdAbilities() }
    public func check(_ dropIn: [UInt8]) throws(ExportError) {}
    public func seal(_ value: SecretValue, as id: String) throws(ExportError) -> [UInt8] { [] }
    public func reload() throws(ExportError) {}
    public func state(of unit: UnitName) throws(ExportError) -> UnitState { UnitState() }
    public func restart(_ unit: UnitName) throws(ExportError) {}
    public func reload(_ unit: UnitName) throws(ExportError) {}
}
public enum DropIn {
    public static func environmentFile(_ path: String) throws(ExportError) -> [UInt8] { [] }
    public static func credentials(_ files: [(id: String, path: String)], refreshingOnReload: Bool) throws(ExportError) -> [UInt8] { [] }
}
