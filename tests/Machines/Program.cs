using MySqlHa.Machines.Commands;

return await MachinesCommand.RunAsync(args, Console.Out, Console.Error);
