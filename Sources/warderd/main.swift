import NetworkCommands

WarderdProgram.main()
