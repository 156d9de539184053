import Foundation
import Testing

/// A value to be searched for, in the forms in which it could have leaked.
struct Canary: CustomStringConvertible, CustomTestStringConvertible, CustomReflectable {
    let value: Value
    let forms: [Value]

    init(_ value: Value) {
        self.value = value
        let bytes = value.bytes
        var forms = [value]
        let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
        forms += [Value(hexadecimal), Value(hexadecimal.uppercased())]
        // Base64 at each of the three alignments, without the characters that neighbours decide.
        for shift in 0..<3 {
            let text = Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString()
            let whole = text.dropFirst(shift == 0 ? 0 : 4).prefix((bytes.count + shift) / 3 * 4 - (shift == 0 ? 0 : 4))
            forms.append(Value(String(whole)))
            forms.append(Value(String(whole).replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")))
        }
        let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        forms.append(Value(bytes.map { unreserved.contains($0) ? String(UnicodeScalar($0)) : String(format: "%%%02X", $0) }.joined()))
        // A part of it would be a leak, too.
        if bytes.count >= 24 { forms.append(Value(Array(bytes.suffix(bytes.count / 2)))) }
        self.forms = forms
    }

    /// Random letters and digits that are no word.
    static func text(_ count: Int) -> [UInt8] {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)
        return (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] }
    }

    func isFound(in content: Value) -> Bool {
        let data = Data(content.bytes)
        return forms.contains { data.range(of: Data($0.bytes)) != nil }
    }

    var description: String { "<redacted>" }
    var testDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}
