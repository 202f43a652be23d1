using System.CommandLine;
using MySqlHa.Configuration;
using MySqlHa.Ring;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha ring new</c>: the one secret that every node of a ring has. <c>ring ca</c>: what others know it by. <c>ring show</c>: what is
/// in a file, without secrets. <c>ring rotate</c>: another key, while everything runs.
/// </summary>
internal static class RingCommand
{
    public static Command Build() => new("ring", "The ring key") { New(), Authority(), Show(), RingRotateCommand.Build() };

    private static Command New()
    {
        var name = new Option<string>("--name")
        {
            Description = "Name of the ring, 1 to 48 letters, digits, - or _",
            DefaultValueFactory = _ => "mysql",
        };
        var path = new Option<string?>("--out")
        {
            Description = "File to write, readable by its owner only; never one that exists. Default: standard output",
            HelpName = "FILE",
        };
        var command = new Command("new", "Makes a ring key; copy it to every node, it is all that a stranger would need") { name, path };
        command.SetAction(parse => Make(parse, parse.GetRequiredValue(name), parse.GetValue(path)));
        return command;
    }

    private static Command Authority()
    {
        var path = new Option<string?>("--ring-key")
        {
            Description = "The ring key. Default: the one in ./agent.yaml or /etc/mysqlha/agent.yaml",
            HelpName = "FILE",
        };
        const string Description = "Prints the certificate, no secret, by which others know the nodes' APIs: curl --cacert, --ca";
        var command = new Command("ca", Description) { path };
        command.SetAction(parse =>
        {
            var configuration = parse.InvocationConfiguration;
            if ((parse.GetValue(path) ?? (NodeAddresses.File is { } file ? KnownNodes.RingKeyOf(file) : null)) is not { } from)
            {
                configuration.Error.WriteLine("mysqlha: no ring key is known: give --ring-key FILE");
                return ExitCodes.Usage;
            }

            try
            {
                configuration.Output.Write(RingKeys.Load(from).AuthorityPem);
                return ExitCodes.Ok;
            }
            catch (RingKeyException e)
            {
                configuration.Error.WriteLine($"mysqlha: {e.Message}");
                return ExitCodes.Error;
            }
        });
        return command;
    }

    private static Command Show()
    {
        var path = new Argument<string>("FILE") { Description = "A ring key's file" };
        var command = new Command("show", "Names the keys in a file by their fingerprints; shows nothing secret") { path };
        command.SetAction(parse =>
        {
            var configuration = parse.InvocationConfiguration;
            try
            {
                WriteKeys(RingKeys.Load(parse.GetRequiredValue(path)), configuration.Output);
                return ExitCodes.Ok;
            }
            catch (RingKeyException e)
            {
                configuration.Error.WriteLine($"mysqlha: {e.Message}");
                return ExitCodes.Error;
            }
        });
        return command;
    }

    internal static void WriteKeys(RingKeys keys, TextWriter output)
    {
        var table = new TextTable("#", "KEY", "FINGERPRINT", "");
        for (var i = 0; i < keys.All.Length; i++)
        {
            table.Add($"{i + 1}", keys.All[i].NameAndRevision, keys.All[i].Fingerprint, i == 0 ? "used" : "accepted");
        }

        table.WriteTo(output);
    }

    private static int Make(ParseResult parse, string name, string? path)
    {
        var configuration = parse.InvocationConfiguration;
        try
        {
            var key = RingKey.Create(name);
            if (path is null)
            {
                configuration.Output.Write(key.ToFileText());
                return ExitCodes.Ok;
            }

            key.Save(path);
            configuration.Output.WriteLine($"ring key {key.NameAndRevision} (fingerprint {key.Fingerprint}) is in {path}");
            return ExitCodes.Ok;
        }
        catch (ArgumentException e)
        {
            configuration.Error.WriteLine($"mysqlha: --name: {e.Message.Split(" (Parameter", 2)[0]}");
            return ExitCodes.Usage;
        }
        catch (Exception e) when (e is RingKeyException or IOException or UnauthorizedAccessException)
        {
            configuration.Error.WriteLine($"mysqlha: {e.Message}");
            return ExitCodes.Error;
        }
    }
}
