import WarderCommands

WarderProgram.main()
