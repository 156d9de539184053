/// The characters of which names and addresses are made.
extension UInt8 {
    static let dash = UInt8(ascii: "-")
    static let slash = UInt8(ascii: "/")

    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isCapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    var isLowerOrDigit: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) || isDigit }
    var isAlphanumeric: Bool { isLowerOrDigit || isCapital }
}
