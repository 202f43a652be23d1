using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Ring;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha ring rotate</c>: one step of giving a ring another key, on one node's file. The agent sees the file by itself. Before a node
/// uses the new key all members must accept it, and before it drops the old one all must use the new one: the members are asked, of all
/// groups of the ring.
/// </summary>
internal static class RingRotateCommand
{
    /// <summary>An agent looks at its file each second, and reports at once.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Build()
    {
        var path = new Option<string?>("--key")
        {
            Description = "This node's ring key. Default: the one in ./agent.yaml or /etc/mysqlha/agent.yaml",
            HelpName = "FILE",
        };
        var next = new Option<string>("--new")
        {
            Description = "The key that shall take its place, made once by 'mysqlha ring new' and copied to every node",
            HelpName = "NEWFILE",
            Required = true,
        };
        var step = new Option<string>("--step")
        {
            Description = "accept: the new key is accepted; use: it is used; finish: the old one goes. "
                + "Each on all nodes before the next on any",
            Required = true,
        };
        _ = step.AcceptOnlyFromAmong([.. Enum.GetNames<RotationStep>().Select(n => n.ToLowerInvariant())]);
        var unchecked_ = new Option<bool>("--unchecked")
        {
            Description = "Does not ask the members how far they are: who missed the step before is then refused",
        };
        const string Description = "Gives the ring another key while everything runs: three steps, each on all nodes before the next";
        var command = new Command("rotate", Description) { path, next, step, unchecked_, ClientOptions.Address };
        command.SetAction(async (parse, cancellation) =>
        {
            var configuration = parse.InvocationConfiguration;
            try
            {
                var file = parse.GetValue(path) ?? (NodeAddresses.File is { } known ? KnownNodes.RingKeyOf(known) : null)
                    ?? throw new ClientException(ExitCodes.Usage, "no ring key is known: give --key FILE");
                var wanted = Enum.Parse<RotationStep>(parse.GetRequiredValue(step), ignoreCase: true);
                var addresses = parse.GetValue(unchecked_) ? null : NodeAddresses.Of(parse.GetValue(ClientOptions.Address) ?? []);
                await RotateAsync(file, parse.GetRequiredValue(next), wanted, addresses, configuration.Output, cancellation);
                return ExitCodes.Ok;
            }
            catch (ClientException e)
            {
                await configuration.Error.WriteLineAsync($"mysqlha: {PlainText.OneLine(e.Message)}");
                return e.ExitCode;
            }
            catch (RingKeyException e)
            {
                await configuration.Error.WriteLineAsync($"mysqlha: {PlainText.OneLine(e.Message)}");
                return ExitCodes.Error;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await configuration.Error.WriteLineAsync("mysqlha: interrupted");
                return ExitCodes.Error;
            }
        });
        return command;
    }

    private static async Task RotateAsync(
        string file,
        string newFile,
        RotationStep step,
        IReadOnlyList<PeerAddress>? addresses,
        TextWriter output,
        CancellationToken cancellation)
    {
        var (now, next) = (RingKeys.Load(file), RingKey.Load(newFile));
        RingKeys? after;
        try
        {
            after = RingRotation.After(now, next, step);
        }
        catch (RingKeyException e)
        {
            throw new ClientException(ExitCodes.Refused, $"ring key {file}: {e.Message}");
        }

        var word = step.ToString().ToLowerInvariant();
        if (after is null)
        {
            output.WriteLine($"{file} was not changed: step {word} is done there");
        }
        else
        {
            if (addresses is not null && step != RotationStep.Accept)
            {
                await RequireMembersAsync(file, next, step, addresses, cancellation);
            }

            RingKeyFile.Replace(file, after);
            output.WriteLine($"{file} has step {word} behind it; its agent follows within two seconds");
        }

        RingCommand.WriteKeys(after ?? now, output);
        output.WriteLine(RingRotation.Next(after ?? now, next) is { Length: > 0 } todo
            ? $"next, when all nodes have this behind them: --step {todo}"
            : "nothing is left to do on this node");
    }

    /// <summary>Waits a little: who did the step before just now is about to report it.</summary>
    private static async Task RequireMembersAsync(
        string file, RingKey next, RotationStep step, IReadOnlyList<PeerAddress> addresses, CancellationToken cancellation)
    {
        using var client = new ClusterClient(addresses, ClientAccess.Of(null, null, file, plain: false, addresses));
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var view = await client.ViewAsync(cancellation);
            List<string> missing =
            [
                .. Missing(view, next.Fingerprint, step),
                .. await MissingElsewhereAsync(client, file, view.ServiceGroup, next.Fingerprint, step, cancellation),
            ];
            if (missing.Count == 0 && view.Members.Any(Counts))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(began) >= Patience)
            {
                throw new ClientException(
                    ExitCodes.Refused,
                    $"{file} was not changed: {string.Join("; ", missing.DefaultIfEmpty("no members are known yet"))}. "
                    + $"Do --step {(step == RotationStep.Use ? "accept" : "use")} on every node first; "
                    + "a member that is gone for good is to be removed, or left out by --unchecked");
            }

            await Task.Delay(TimeSpan.FromSeconds(0.5), cancellation);
        }
    }

    /// <summary>A sentence for each member that would be refused by, or would refuse, a node that has the step behind it.</summary>
    internal static IReadOnlyList<string> Missing(ClusterView view, string fingerprint, RotationStep step) =>
    [
        .. from m in view.Members
           where Counts(m)
           let problem = m.RingKeys.IsEmpty ? "is not heard of, or does not say what keys it has"
               : step == RotationStep.Use && !m.RingKeys.Contains(fingerprint) ? $"does not accept the new key {fingerprint} yet"
               : step == RotationStep.Finish && m.RingKeys[0] != fingerprint ? $"does not use the new key {fingerprint} yet"
               : null
           where problem is not null
           select $"{m.Name} at {m.Address.Host} {problem}",
    ];

    /// <summary>The same of the other groups of the ring: each is asked at members of its own.</summary>
    private static async Task<List<string>> MissingElsewhereAsync(
        ClusterClient client, string file, ServiceGroup own, string fingerprint, RotationStep step, CancellationToken cancellation)
    {
        var missing = new List<string>();
        ImmutableArray<GroupView> groups;
        try
        {
            groups = await ServicesCommand.AskAsync(client, cancellation);
        }
        catch (ClientException)
        {
            return missing; // an older agent knows of no other group
        }

        foreach (var group in groups.Where(g => g.Group != own))
        {
            List<PeerAddress> living =
            [
                .. group.Members.Where(m => m.Liveness is MemberLiveness.Alive or MemberLiveness.Suspect)
                    .Select(m => new PeerAddress(m.Address.Host, m.Address.HttpPort)),
            ];
            try
            {
                using var its = new ClusterClient(living, ClientAccess.Of(null, null, file, plain: false, living));
                missing.AddRange(Missing(await its.ViewAsync(cancellation), fingerprint, step).Select(m => $"of {group.Group} {m}"));
            }
            catch (ClientException e)
            {
                missing.Add($"of {group.Group} {(living.Count == 0 ? "nobody is alive" : e.Message)}");
            }
        }

        return missing;
    }

    private static bool Counts(MemberView member) => member.Standing is not (MemberStanding.Stranger or MemberStanding.Removed);
}
