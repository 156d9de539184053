import NetworkCommands

await WarderdProgram.main()
