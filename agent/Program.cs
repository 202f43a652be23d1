using MySqlHa.Cli;

// Room Node takes this delegate's place.
var root = MysqlhaCommand.Build(async (options, _) =>
{
    await Console.Error.WriteLineAsync($"mysqlha: this build has no node to run for {options.ServiceGroup}");
    return ExitCodes.Error;
});
return await MysqlhaCommand.RunAsync(root, args, Console.Out, Console.Error);
