internal import Glibc
internal import NIOCore

/// Where an address leads.
enum AddressPlace: Hashable {
    case anywhere
    /// This machine.
    case loopback
    /// Networks of one's own, and those of carriers (RFC 1918, 4193, 6598).
    case privateNetwork
    /// Link-local addresses, where clouds keep their metadata, and those that are no single machine's.
    case linkLocal

    init(_ address: SocketAddress) {
        var octets = [UInt8](repeating: 0, count: 16)
        guard let text = address.ipAddress else {
            self = .linkLocal
            return
        }
        switch address.protocol {
        case .inet where unsafe inet_pton(AF_INET, text, &octets) == 1: self.init(Array(octets[..<4]))
        case .inet6 where unsafe inet_pton(AF_INET6, text, &octets) == 1: self.init(octets)
        default: self = .linkLocal
        }
    }

    /// - Parameter octets: 4 or 16 bytes, in network order.
    init(_ octets: [UInt8]) {
        guard octets.count == 4 else {
            self = octets.count == 16 ? Self.ipv6(octets) : .linkLocal
            return
        }
        self =
            switch (octets[0], octets[1], octets[2]) {
            case (127, _, _): .loopback
            case (10, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .privateNetwork
            case (198, 18...19, _), (192, 0, 0), (192, 0, 2), (198, 51, 100), (203, 0, 113): .privateNetwork
            case (0, _, _), (169, 254, _), (224..., _, _): .linkLocal
            default: .anywhere
            }
    }

    private static func ipv6(_ octets: [UInt8]) -> AddressPlace {
        if octets[0..<12].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]) { return AddressPlace(Array(octets[12...])) }
        // NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an address of version 4.
        if octets[0..<12].elementsEqual([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) { return AddressPlace(Array(octets[12...])) }
        if octets[0] == 0x20, octets[1] == 0x02 { return AddressPlace(Array(octets[2..<6])) }
        if octets[0..<12].allSatisfy({ $0 == 0 }) {
            return octets[12..<15].allSatisfy { $0 == 0 } && octets[15] == 1 ? .loopback : .linkLocal
        }
        return switch (octets[0], octets[1]) {
        case (0xfc...0xfd, _): .privateNetwork
        case (0xfe, 0xc0...0xff): .privateNetwork
        case (0xfe, 0x80...0xbf): .linkLocal
        case (0xff, _): .linkLocal
        case (0x20, 0x01) where octets[2] == 0x0d && octets[3] == 0xb8: .privateNetwork
        default: .anywhere
        }
    }
}
