// What contrib/benchmarks/proxy/run measures with: the proxy under rules that never change, a server of events, and a client of theirs.
//
//   proxy-benchmark proxy PORT UPSTREAM-PORT LOOPS        until it is killed
//   proxy-benchmark events PORT                           a server: one event of 64 bytes with its time every 5 ms, until it is killed
//   proxy-benchmark delays PORT COUNT                     events that many, with each one's age: prints median and 99th percentile in µs
//   proxy-benchmark streams PORT COUNT PID                as many streams at once; prints how many MiB the process PID holds then
import Glibc

let arguments = CommandLine.arguments.dropFirst()

func number(_ index: Int) -> Int? {
    arguments.count > index ? Int(arguments[arguments.startIndex + index]) : nil
}

switch (arguments.first, number(1), number(2), number(3)) {
case ("proxy", let port?, let upstream?, let loops?): try await serveProxy(port: port, upstream: upstream, loops: loops)
case ("events", let port?, nil, nil): try await serveEvents(port: port)
case ("delays", let port?, let count?, nil): try await measureDelays(port: port, count: count)
case ("streams", let port?, let count?, let process?): try await measureStreams(port: port, count: count, process: process)
default:
    print("usage: proxy-benchmark proxy PORT UPSTREAM-PORT LOOPS | events PORT | delays PORT COUNT | streams PORT COUNT PID")
    exit(2)
}
