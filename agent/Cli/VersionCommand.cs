using System.CommandLine;
using System.Reflection;
using System.Text.Json;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Of this program, without the build's suffix: 0.1.0.</summary>
    public static string Version { get; } = typeof(VersionCommand).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Command Build()
    {
        var command = new Command("version", "The version of this program") { ClientOptions.Json };
        command.SetAction(parse => parse.InvocationConfiguration.Output.WriteLine(
            parse.GetValue(ClientOptions.Json) ? $$"""{"version":"{{JsonEncodedText.Encode(Version)}}"}""" : $"mysqlha {Version}"));
        return command;
    }
}
