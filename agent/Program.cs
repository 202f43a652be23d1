using Microsoft.Extensions.Logging;
using MySqlHa.Cli;
using MySqlHa.Guard;
using MySqlHa.Node;
using MySqlHa.Telemetry;

var root = MysqlhaCommand.Build(async (options, stopping) =>
{
    using var journal = Journal.OfThisService();
    using var loggers = LoggerFactory.Create(builder =>
    {
        _ = builder.SetMinimumLevel(options.LogLevel);
        _ = journal is null
            ? builder.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffzzz "))
            : builder.AddProvider(journal);
    });
    return await AgentRunner.RunAsync(options, loggers, stopping);
}, (data, untilIdle) => GuardProcess.Run(Path.Combine(data, "run"), untilIdle, Console.Out));
return await MysqlhaCommand.RunAsync(root, args, Console.Out, Console.Error);
