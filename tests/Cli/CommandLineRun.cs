using System.CommandLine;
using MySqlHa.Cli;
using MySqlHa.Configuration;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

/// <summary>
/// One run of the program with what it printed. Commands share option objects, so the tests of this room run one after another.
/// </summary>
internal sealed record CommandLineRun(int Code, string Output, string Error, AgentOptions? Started)
{
    public const string Collection = "command line";

    // Made once: options that commands share remember every command that they were ever given to, and are looked through at each run.
    public static readonly RootCommand Root = MysqlhaCommand.Build((options, _) =>
    {
        _started = options;
        return Task.FromResult(17);
    }, (_, _) => 18);

    private static AgentOptions? _started;

    /// <summary>Runs against the nodes, in this order.</summary>
    public static Task<CommandLineRun> AgainstAsync(RunningApi api, params string[] args) =>
        OfAsync([.. args, "--address", api.Address.Authority, "--token-file", RunningApi.TokenFile]);

    public static async Task<CommandLineRun> OfAsync(params string[] args)
    {
        _started = null;
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await MysqlhaCommand.RunAsync(Root, args, output, error);
        return new CommandLineRun(code, output.ToString(), error.ToString(), _started);
    }

    public void Expect(int code) => Assert.True(code == Code, $"exit code {Code} instead of {code}\n{Output}\n{Error}");
}
