using Microsoft.Extensions.Logging;
using MySqlHa.Cli;
using MySqlHa.Node;

var root = MysqlhaCommand.Build(async (options, stopping) =>
{
    using var loggers = LoggerFactory.Create(builder => builder
        .SetMinimumLevel(options.LogLevel)
        .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffzzz ")));
    return await AgentRunner.RunAsync(options, loggers, stopping);
});
return await MysqlhaCommand.RunAsync(root, args, Console.Out, Console.Error);
