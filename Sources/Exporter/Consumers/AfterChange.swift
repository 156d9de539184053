internal import ChildProcesses
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// What happens when a consumer's copy has changed, and the proof that the consumer took it.
struct AfterChange {
    private let consumer: Consumer
    private let systemd: Systemd

    init(_ consumer: Consumer, _ systemd: Systemd) {
        self.consumer = consumer
        self.systemd = systemd
    }

    func act(_ variables: [EnvironmentVariable], _ plan: CopyPlan) throws -> [ConsumerOutcome.Step] { [] }
    func describe(_ plan: CopyPlan) -> [ConsumerOutcome.Step] { [] }
}
