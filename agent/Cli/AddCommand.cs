using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MySqlHa.Cluster;
using MySqlHa.Configuration;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha add ADDRESS</c>: takes a node in, and waits until it follows; or gives a member a vote, or takes it. Patience counts from the
/// last progress that the node shows, since a clone takes as long as it takes.
/// </summary>
internal static class AddCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly Option<bool> Voter = new("--voter")
    {
        Description = "It shall vote: it takes the vote of a member that nobody wished to vote, if as many vote as shall",
    };

    private static readonly Option<bool> Follower = new("--follower") { Description = "It shall follow without a vote" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Do not wait until it follows, or votes as wished" };

    public static Command Build()
    {
        var node = new Argument<string>("ADDRESS[:PORT]|N")
        {
            Description = "IP address or name of the new node, with its ring port if not 9638; or a member, to change whether it votes",
        };
        var timeout = new Option<string>("--timeout")
        {
            Description = "How long to wait without progress: 30s, 5m",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "60s",
        };
        timeout.Validators.Add(result =>
        {
            if (!DurationText.TryParse(result.GetValueOrDefault<string>(), out _))
            {
                result.AddError($"--timeout: '{result.GetValueOrDefault<string>()}' is not a duration; allowed: 30s, 5m");
            }
        });
        var command = new Command("add", "Takes a node into the cluster, or changes whether a member votes")
        {
            node, Voter, Follower, NoWait, timeout,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Voter) && result.GetValue(Follower))
            {
                result.AddError("--voter and --follower: one of them is allowed, not both");
            }
        });
        command.Options.Add(ClientOptions.Json);
        return command.Client(async (parse, client, cancellation) =>
        {
            var request = await RequestAsync(parse, await client.ViewAsync(cancellation), parse.GetRequiredValue(node), cancellation);
            var answer = await client.AskAsync(request, cancellation);
            var code = await OperatorCall.TellAsync(parse, answer);
            _ = DurationText.TryParse(parse.GetValue(timeout)!, out var patience);
            return code != ExitCodes.Ok || parse.GetValue(NoWait) ? code : await WaitAsync(parse, client, request, patience, cancellation);
        });
    }

    private static async Task<OperatorRequest> RequestAsync(
        ParseResult parse, ClusterView view, string text, CancellationToken cancellation)
    {
        bool? votes = parse.GetValue(Voter) ? true : parse.GetValue(Follower) ? false : null;
        if (MemberWords.Find(view, text).Member is { } member
            && (member.Voter || member.Standing is MemberStanding.Learner or MemberStanding.Leaving))
        {
            return votes is { } wish
                ? new VotingRequest(0, member.Id, wish)
                : throw new ClientException(
                    ExitCodes.Refused,
                    $"{member.Name} ({member.Address.Host}) is a member already; --voter or --follower changes whether it votes");
        }

        if (!PeerAddress.TryParse(text, new NodeAddress("").RingPort, out var place))
        {
            throw new ClientException(
                ExitCodes.Usage, $"'{text}' is no address and no member; allowed: host or host:port of a new node, or one of the members");
        }

        return new AddRequest(0, await IpOfAsync(place!, cancellation), place!.Port, votes);
    }

    private static async Task<string> IpOfAsync(PeerAddress place, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(place.Host, out var ip))
        {
            return ip.ToString();
        }

        try
        {
            return (await Dns.GetHostAddressesAsync(place.Host, cancellation)).First().ToString();
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            throw new ClientException(ExitCodes.Usage, $"'{place.Host}' is no member, and no host of that name is known: {e.Message}");
        }
    }

    private static async Task<int> WaitAsync(
        ParseResult parse, ClusterClient client, OperatorRequest request, TimeSpan patience, CancellationToken cancellation)
    {
        var quiet = parse.GetValue(ClientOptions.Json);
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        var (since, last) = (Environment.TickCount64, "");
        while (true)
        {
            var (name, waits) = await LookAsync(client, request, cancellation);
            if (waits is null)
            {
                await (quiet ? error : output).WriteLineAsync($"{name} is in order");
                return ExitCodes.Ok;
            }

            if (waits != last)
            {
                (last, since) = (waits, Environment.TickCount64);
                await (quiet ? error : output).WriteLineAsync($"  {waits}");
            }

            if (Environment.TickCount64 - since >= patience.TotalMilliseconds)
            {
                var seconds = patience.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
                await error.WriteLineAsync($"mysqlha: {name} made no progress for {seconds} s: {waits}; the cluster goes on with it");
                return ExitCodes.Unknown;
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private static async Task<(string Name, string? Waits)> LookAsync(
        ClusterClient client, OperatorRequest request, CancellationToken cancellation)
    {
        try
        {
            var view = await client.ViewAsync(cancellation);
            var member = view.Members.FirstOrDefault(m => request switch
            {
                AddRequest add => m.Address.Host == add.Host && m.Address.RingPort == add.Port && m.Standing != MemberStanding.Removed,
                VotingRequest vote => m.Id == vote.Node,
                _ => false,
            });
            return member is null ? ("the node", "it is not seen yet") : (member.Name, Against(view, member, request));
        }
        catch (ClientException e)
        {
            return ("the node", PlainText.OneLine(e.Message));
        }
    }

    /// <summary>What is waited for; null: nothing.</summary>
    internal static string? Against(ClusterView view, MemberView member, OperatorRequest request)
    {
        var votes = request switch { AddRequest add => add.Votes, VotingRequest vote => vote.Votes, _ => null };
        var follows = member is { Mysqld: MysqldState.Running, Role: MemberRole.Follower, ReceiverRunning: true, ApplierRunning: true }
            && member.Epoch == view.Epoch && member.Health is MemberHealth.Ok or MemberHealth.Warning;
        var leads = view.Leader == member.Id && view.LeaderWritable;
        return votes == false && member.Standing != MemberStanding.Learner ? $"{member.Name} votes still{Reasons(view)}"
            : member.Activity.Length > 0 ? $"{member.Name}: {member.Activity}"
            : !follows && !leads ? $"{member.Name} does not follow yet (mysqld is {ViewText.Word(member.Mysqld)})"
                + string.Concat(member.Problems.Select(p => "; " + p.Text))
            : votes == true && member.Standing != MemberStanding.Voter ? $"{member.Name} follows and does not vote yet{Reasons(view)}"
            : null;
    }

    private static string Reasons(ClusterView view) => string.Concat(view.Reasons
        .Where(r => r.Code is "voters-wait" or "leaving-waits" or "joining").Select(r => "; " + r.Text));
}
