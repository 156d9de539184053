internal import NIOCore
internal import NIOHTTP1

/// A client's connection: its requests one after the other, each through the rules to a server and back.
///
/// This is the I/O around ``ExchangeMachine``: it reads, asks the rules, writes, and does what the machine says.
final class ClientConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the connection is doing.
    enum Phase {
        /// It waits for a request.
        case idle
        case exchanging
        /// The answer is out; the rest of the request is read and dropped.
        case draining
        /// It ends when the client has ended it, or after a while.
        case lingering
        case closed
    }

    let loop: ProxyLoop
    let address: ClientAddress
    var context: ChannelHandlerContext?
    var phase = Phase.idle
    let outbound = OutboundBytes()
    var inbound = ByteBuffer()
    var requests: RequestParser
    var isReading = false
    private var isAdvancing = false
    private var isSettling = false
    private var settlesAgain = false

    var machine = ExchangeMachine()
    var exchange: (any Exchange)?
    var link: (any UpstreamLink)?
    var ticket: UpstreamTicket?
    /// The attempt that was asked for last; nil when its head is sent and can't be again.
    var attempt: UpstreamRequest?
    var requestFraming = BodyFraming.none
    var isHead = false
    /// Whether the client waits to be told to send the body.
    var awaitsContinue = false
    var hasReadBody = true
    var closesAfter = false
    var drained = 0

    /// The response that is decided on or relayed.
    var responseHead: HTTPResponseHead?
    var upstreamHasEnded = false
    var upstreamFailure: UpstreamFailure?
    var responseFraming = BodyFraming.none
    var responseRemaining = 0
    var record = ExchangeRecord()

    /// When the client did something, or something was given to it.
    var lastActivity: NIODeadline
    var headStarted: NIODeadline?
    var stalledSince: NIODeadline?

    init(loop: ProxyLoop, address: ClientAddress) {
        self.loop = loop
        self.address = address
        requests = RequestParser(limits: loop.headLimits)
        lastActivity = loop.now
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
        lastActivity = loop.now
        if context.channel.isActive { readOn() }
    }

    func channelActive(context: ChannelHandlerContext) {
        readOn()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Whoever lingers has so long and no longer, whatever it sends.
        guard phase != .lingering, phase != .closed else { return }
        lastActivity = loop.now
        let buffer = unwrapInboundIn(data)
        if inbound.readableBytes == 0 { inbound = buffer } else { inbound.writeImmutableBuffer(buffer) }
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        settle()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        settle()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        breakOff()
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        ended()
    }

    // MARK: Reading

    /// Reads requests and their bodies from what has arrived, as far as that can go on.
    private func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        do {
            while try step() {}
        } catch {
            refuse(error)
        }
        if inbound.readableBytes == 0 { inbound = ByteBuffer() }
    }

    /// - Returns: whether there may be more to do.
    private func step() throws(FramingFault) -> Bool {
        switch phase {
        case .idle:
            guard inbound.readableBytes > 0 else { return false }
            guard let head = try requests.head(&inbound) else {
                if headStarted == nil { headStarted = loop.now }
                return false
            }
            headStarted = nil
            begin(head)
            return true
        case .exchanging:
            guard !hasReadBody, machine.wantsBody, link?.isWritable ?? true else { return false }
            switch try requests.bodyPart(&inbound) {
            case .part(let part):
                perform(machine.receivedBody(part))
            case .end:
                hasReadBody = true
                perform(machine.receivedBodyEnd())
            case .more:
                return false
            }
            return true
        case .draining:
            switch try requests.bodyPart(&inbound) {
            case .part(let part):
                drained += part.readableBytes
                if drained > loop.configuration.drainLimit { linger() }
            case .end:
                hasReadBody = true
                phase = .idle
                if closesAfter { linger() }
            case .more:
                return false
            }
            return true
        case .lingering, .closed:
            inbound = ByteBuffer()
            return false
        }
    }

    /// Whether more is to be read from the client.
    private var wantsReading: Bool {
        switch phase {
        case .idle, .draining, .lingering: true
        case .closed: false
        case .exchanging:
            if !hasReadBody, machine.wantsBody { link?.isWritable ?? true } else { inbound.readableBytes < 16 * 1024 }
        }
    }

    private func readOn() {
        guard !isReading, let context else { return }
        isReading = true
        // While it was held back, nothing could come.
        if phase != .lingering { lastActivity = loop.now }
        context.read()
    }

    /// Sends what was written on both sides, and reads on where there is room.
    ///
    /// Sending may come back here; what follows from that is done when it is through.
    func settle() {
        guard !isSettling else {
            settlesAgain = true
            return
        }
        isSettling = true
        defer { isSettling = false }
        repeat {
            settlesAgain = false
            advance()
            guard let context else { return }
            outbound.flush(to: context)
            if let link {
                link.flush()
                link.setReading(context.channel.isWritable)
            }
        } while settlesAgain
        if wantsReading { readOn() }
    }

    // MARK: A request

    private func begin(_ request: RequestParser.Head) {
        phase = .exchanging
        machine = ExchangeMachine()
        record = ExchangeRecord()
        requestFraming = request.framing
        isHead = request.head.method == .HEAD
        awaitsContinue = request.expectsContinue
        hasReadBody = request.framing == .none
        closesAfter = request.closes || loop.isDraining
        drained = 0
        upstreamHasEnded = false
        upstreamFailure = nil
        switch loop.gate.admit(request.head, from: address) {
        case .answer(let answer):
            machine.answered()
            give(answer)
        case .forward(let exchange):
            self.exchange = exchange
            perform(
                machine.admitted(framing: request.framing, intake: exchange.intake, bodyLimit: loop.configuration.requestBodyLimit))
        }
    }

    /// What was sent can't be passed on.
    private func refuse(_ fault: FramingFault) {
        closesAfter = true
        switch phase {
        case .idle:
            phase = .exchanging
            record = ExchangeRecord()
            isHead = false
            give(.status(fault.status))
        case .exchanging where !machine.isAnswered:
            dropUpstream()
            machine.answered()
            give(.status(fault.status))
        case .exchanging, .draining, .lingering, .closed:
            breakOff()
        }
    }
}
