using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Configuration;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha config</c>: the settings of mysqld that all nodes have.</summary>
internal static class ConfigCommand
{
    private static readonly Option<long?> IfVersion = new("--if-version")
    {
        Description = "Only if the configuration is at this version still; refused under another",
        HelpName = "N",
    };

    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Only says whether it would be taken, or all that is wrong",
    };

    public static Command Build()
    {
        var command = new Command("config", "The settings of mysqld that all nodes have, and how far each follows them")
        {
            BuildSet(), BuildUnset(), BuildApply(),
        };
        command.Options.Add(ClientOptions.Json);
        return command.Client(ShowAsync);
    }

    private static Command BuildSet()
    {
        var settings = new Argument<string[]>("KEY=VALUE")
        {
            Description = "As in my.cnf: max_connections=500 innodb_buffer_pool_size=2G",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command(
            "set",
            "Sets them on all nodes: live where that can be, else from each mysqld's next start on. The leader's mysqld tries them first")
        {
            settings, IfVersion, DryRun,
        };
        command.Validators.Add(result =>
        {
            var given = result.GetValue(settings) ?? [];
            if (given.FirstOrDefault(g => g.IndexOf('=', StringComparison.Ordinal) < 1) is { } odd)
            {
                result.AddError($"'{PlainText.OneLine(odd)}' is not KEY=VALUE, like max_connections=500");
            }
            else if (given.GroupBy(Key).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                result.AddError($"{twice.Key} is set twice");
            }
        });
        return command.Asks((parse, _) => new ConfigRequest(
            0,
            parse.GetRequiredValue(settings).ToImmutableSortedDictionary(Key, s => s.Split('=', 2)[1], StringComparer.Ordinal),
            null,
            parse.GetValue(IfVersion),
            parse.GetValue(DryRun)));
    }

    private static Command BuildUnset()
    {
        var keys = new Argument<string[]>("KEY") { Description = "Names of settings", Arity = ArgumentArity.OneOrMore };
        var command = new Command("unset", "Takes them back: to each node's own value or to the default, live where that can be")
        {
            keys, IfVersion, DryRun,
        };
        return command.Asks((parse, _) => new ConfigRequest(
            0,
            null,
            [.. parse.GetRequiredValue(keys).Select(Normal)],
            parse.GetValue(IfVersion),
            parse.GetValue(DryRun)));
    }

    private static Command BuildApply()
    {
        var file = new Argument<string>("FILE")
        {
            Description = "YAML: 'set' with names and values, 'unset' with a list of names. -: standard input",
        };
        var command = new Command("apply", "Sets and unsets what a file says, as one change: all of it, or nothing where one is not taken")
        {
            file, IfVersion, DryRun,
        };
        return command.Asks((parse, _) =>
        {
            var asked = FileAt(parse.GetRequiredValue(file));
            return new ConfigRequest(0, asked.Set, asked.Unset, parse.GetValue(IfVersion), parse.GetValue(DryRun));
        });
    }

    private static SettingsFile FileAt(string path)
    {
        try
        {
            using var text = path == "-" ? Console.In : File.OpenText(path);
            var buffer = new char[SettingsFile.LongestText + 1];
            var length = text.ReadBlock(buffer);
            return length <= SettingsFile.LongestText
                ? SettingsFile.Read(new string(buffer, 0, length), path == "-" ? "standard input" : path)
                : throw new ClientException(ExitCodes.Usage, $"FILE: '{path}' has more than {SettingsFile.LongestText} characters");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ClientException(ExitCodes.Usage, $"FILE: '{path}' cannot be read: {FileTrouble.Of(e)}");
        }
        catch (ConfigurationException e)
        {
            throw new ClientException(ExitCodes.Usage, e.Message);
        }
    }

    private static string Key(string setting) => Normal(setting.Split('=', 2)[0]);

    private static string Normal(string name) => MysqldSettings.Normal(name.Trim());

    private static async Task<int> ShowAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        var known = (await client.ViewAsync(cancellation)).Configuration
            ?? throw new ClientException(ExitCodes.Error, "the node that answers is older and knows no configuration for all; upgrade it");
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(known, ViewJson.Default.ConfigurationView));
            return ExitCodes.Ok;
        }

        Write(known, output);
        return ExitCodes.Ok;
    }

    private static void Write(ConfigurationView known, TextWriter output)
    {
        if (known.ChangedAt is not { } at)
        {
            output.WriteLine("version 0: nothing was ever set for all nodes");
            return;
        }

        output.WriteLine($"version {known.Version}, {ViewText.Time(at)}{(known.ChangedBy.Length > 0 ? $" by {known.ChangedBy}" : "")}");
        var settings = new TextTable("SETTING", "VALUE") { Whole = true };
        foreach (var (key, value) in known.Settings)
        {
            settings.Add(key, value);
        }

        if (!known.Settings.IsEmpty)
        {
            settings.WriteTo(output);
        }

        output.WriteLine();
        var members = new TextTable("#", "NAME", "VERSION", "WAITS FOR A RESTART", "SET BY ITS OWN FILE", "REMARKS");
        foreach (var m in known.Members)
        {
            members.Add(
                m.Number.ToString(CultureInfo.InvariantCulture),
                m.Name,
                m.Version?.ToString(CultureInfo.InvariantCulture) ?? "?",
                Listed(m.PendingRestart),
                Listed(m.Own),
                m.Problems.IsEmpty ? "-" : string.Join("; ", m.Problems.Select(p => p.Text)));
        }

        members.WriteTo(output);
    }

    private static string Listed(ImmutableArray<string> names) => names.IsEmpty ? "-" : string.Join(", ", names);
}
