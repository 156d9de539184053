import Testing

@testable import RequestLayer

struct PlaceholderTests {}
