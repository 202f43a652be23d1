using Microsoft.Extensions.Logging;
using MySqlHa.Cli;
using MySqlHa.Guard;
using MySqlHa.Node;

var root = MysqlhaCommand.Build(async (options, stopping) =>
{
    using var loggers = LoggerFactory.Create(builder => builder
        .SetMinimumLevel(options.LogLevel)
        .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffzzz ")));
    return await AgentRunner.RunAsync(options, loggers, stopping);
}, (data, untilIdle) => GuardProcess.Run(Path.Combine(data, "run"), untilIdle, Console.Out));
return await MysqlhaCommand.RunAsync(root, args, Console.Out, Console.Error);
