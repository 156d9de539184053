import Testing

@testable import Agent

struct PlaceholderTests {}
