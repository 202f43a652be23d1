using System.CommandLine;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Commands;

/// <summary>The options of up and preview.</summary>
internal sealed class UpOptions
{
    private static readonly Dictionary<string, MachineFault> FaultWords = new()
    {
        ["no-network"] = MachineFault.NoNetwork,
        ["full-disk"] = MachineFault.FullDisk,
        ["wrong-architecture"] = MachineFault.WrongArchitecture,
        ["no-sshd"] = MachineFault.NoSshd,
    };

    private readonly Option<int?> _nodes = new("--nodes") { Description = "How many machines" };

    private readonly Option<string?> _network = new("--network")
    {
        Description = "A private network of this stack's own (default: 10.20.0.0/16)",
    };

    private readonly Option<string[]> _config = new("--config")
    {
        Description = "KEY=VALUE of the stack's configuration; kept for the next up",
    };

    private readonly Option<string[]> _fault = new("--fault")
    {
        Description = "NODE=no-network|full-disk|wrong-architecture|no-sshd: a machine that is made with it, until heal",
    };

    public Command AddTo(Command command)
    {
        foreach (var pairs in new[] { _config, _fault })
        {
            pairs.Validators.Add(result =>
            {
                foreach (var token in result.Tokens.Where(t => t.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                {
                    result.AddError($"{pairs.Name} {token.Value}: a pair with '=' is needed");
                }
            });
        }

        _fault.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => t.Value.Split('=', 2) is [_, var word] && !FaultWords.ContainsKey(word)))
            {
                result.AddError($"--fault {token.Value}: {string.Join(", ", FaultWords.Keys)} are allowed");
            }
        });
        command.Options.Add(_nodes);
        command.Options.Add(_network);
        command.Options.Add(_config);
        command.Options.Add(_fault);
        return command;
    }

    public UpRequest Read(ParseResult parsed)
    {
        var configuration = Pairs(parsed.GetValue(_config)).ToDictionary(p => p.Key, p => p.Value);
        if (parsed.GetValue(_nodes) is { } nodes)
        {
            configuration["nodes"] = nodes.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (parsed.GetValue(_network) is { } network)
        {
            configuration["network"] = network;
        }

        return new UpRequest(configuration, Pairs(parsed.GetValue(_fault)).ToDictionary(p => p.Key, p => FaultWords[p.Value]));
    }

    private static IEnumerable<(string Key, string Value)> Pairs(string[]? words) =>
        (words ?? []).Select(word => word.Split('=', 2)).Select(parts => (parts[0], parts[1]));
}
