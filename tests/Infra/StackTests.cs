using System.Collections.Immutable;
using Pulumi;
using Pulumi.Utilities;
using Xunit;

namespace MySqlHa.Tests.Infra;

[Collection(PulumiCollection.Name)]
public sealed class StackTests
{
    private const string Remote = "command:remote:Command";

    [Fact]
    public async Task Three_machines_in_three_zones_each_with_a_public_subnet_and_a_disk_of_its_own()
    {
        var run = await StackRun.OfAsync();
        var zones = run.Of("aws:ec2/subnet:Subnet").ToDictionary(s => $"{s.Name}-id", s => s.Text("availabilityZone"));
        Assert.Equal(["eu-central-1a", "eu-central-1b", "eu-central-1c"], zones.Values.Order());
        Assert.All(run.Of("aws:ec2/subnet:Subnet"), s => Assert.Equal(true, s.Inputs["mapPublicIpOnLaunch"]));
        Assert.Equal(3, run.Of("aws:ec2/routeTableAssociation:RouteTableAssociation").Count());
        var machines = run.Of("aws:ec2/instance:Instance").OrderBy(m => m.Name).ToList();
        Assert.Equal(["10.20.0.11", "10.20.1.11", "10.20.2.11"], machines.Select(m => m.Text("privateIp")));
        foreach (var machine in machines)
        {
            var node = machine.Name.Split('-')[0];
            Assert.Equal(zones[machine.Text("subnetId")], run.Named($"{node}-data").Text("availabilityZone"));
            Assert.Equal($"{machine.Name}-id", run.Named($"{node}-attachment").Text("instanceId"));
            Assert.Equal($"{node}-data-id", run.Named($"{node}-attachment").Text("volumeId"));
        }
    }

    [Fact]
    public async Task Disks_are_encrypted_gp3_and_the_metadata_service_wants_a_session()
    {
        var run = await StackRun.OfAsync();
        Assert.All(
            run.Of("aws:ebs/volume:Volume"),
            v => Assert.Equal((true, "gp3", 100.0), (v.Inputs["encrypted"], v.Text("type"), v.Inputs["size"])));
        Assert.All(run.Of("aws:ec2/instance:Instance"), m =>
        {
            Assert.Equal((true, "gp3"), (m.Map("rootBlockDevice")["encrypted"], m.Map("rootBlockDevice")["volumeType"]));
            var metadata = m.Map("metadataOptions");
            Assert.Equal(
                ("enabled", "required", 1.0), (metadata["httpEndpoint"], metadata["httpTokens"], metadata["httpPutResponseHopLimit"]));
        });
    }

    [Fact]
    public async Task What_comes_in_is_what_is_configured_and_the_members_themselves()
    {
        var rules = await IngressAsync(new() { ["sshFrom"] = """["192.0.2.0/24"]""", ["clientsFrom"] = """["10.9.0.0/16"]""" });
        Assert.Equal(
            [
                "tcp 22-22 from 192.0.2.0/24", "tcp 3306-3306 from 10.9.0.0/16", "tcp 3306-3306 from the nodes",
                "tcp 6446-6446 from 10.9.0.0/16", "tcp 6447-6447 from 10.9.0.0/16",
                "tcp 9631-9631 from 0.0.0.0/0", "tcp 9631-9631 from the nodes",
                "tcp 9638-9638 from the nodes", "udp 9638-9638 from the nodes",
            ],
            rules);
    }

    [Fact]
    public async Task By_default_neither_mysql_nor_the_ring_is_open_to_anybody_but_the_members() =>
        Assert.DoesNotContain(
            await IngressAsync([]),
            rule => new[] { "3306", "6446", "6447", "9638" }.Any(port => rule.Contains(port, StringComparison.Ordinal))
                && !rule.EndsWith("from the nodes", StringComparison.Ordinal));

    [Fact]
    public async Task No_secret_is_in_a_plain_input_or_output()
    {
        var run = await StackRun.OfAsync();
        var seen = new HashSet<string>();
        foreach (var resource in run.Resources)
        {
            foreach (var (path, _) in resource.Texts().Where(t => t.Text.Contains(StackRun.Marker, StringComparison.Ordinal)))
            {
                _ = seen.Add(path);
                Assert.True(await IsSecretAsync(resource, path), $"{resource.Name}: {path} is not secret");
            }
        }

        // The places that need one: were one of them empty, nothing would have been looked at.
        Assert.Equal(["connection.privateKey", "stdin", "userData"], seen.Order());
        Assert.Contains(StackRun.Marker, run.Named("node3-ring-key").Text("stdin"), StringComparison.Ordinal);
        foreach (var name in new[] { "login-ssh-key", "node1-host-key", "ring-key", "ring-key-now", "password" })
        {
            var options = Assert.IsType<CustomResourceOptions>(run.Named(name).Options);
            Assert.Contains("stdout", options.AdditionalSecretOutputs);
            Assert.Equal("none", run.Named(name).Text("logging"));
        }

        foreach (var (name, output) in run.Outputs)
        {
            var secret = name is "adminPassword" or "sshPrivateKey";
            Assert.True(secret == await Output.IsSecretAsync(output), $"{name} is {(secret ? "not " : "")}secret");
            var text = $"{await OutputUtilities.GetValueAsync(output)}";
            Assert.Equal(secret, text.Contains(StackRun.Marker, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_machine_is_known_before_it_is_first_spoken_to()
    {
        var run = await StackRun.OfAsync();
        foreach (var resource in run.Resources.Where(r => r.Type.StartsWith("command:remote:", StringComparison.Ordinal)))
        {
            var node = resource.Name switch
            {
                "ring-key" or "password" => "node1",
                "ring-key-now" => "node2", // the leader
                _ => resource.Name.Split('-')[0],
            };
            Assert.Equal($"ssh-ed25519 public-{node}-host-key", resource.Map("connection")["hostKey"]);
            Assert.Equal($"198.51.100.{node[4]}", resource.Map("connection")["host"]);
            Assert.Equal("ubuntu", resource.Map("connection")["user"]);
            Assert.False(resource.Inputs.ContainsKey("environment"), $"{resource.Name}: sshd refuses an environment");
        }

        Assert.Contains($"    {StackRun.Marker}-node2-host-key\n", run.Named("node2-machine").Text("userData"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_starts_before_all_is_laid_down_and_then_one_node_after_the_other_in_two_rounds()
    {
        var run = await StackRun.OfAsync();
        string[] rounds = ["first-round", "second-round"];
        var order = run.Of(Remote).Where(r => rounds.Any(round => r.Name.EndsWith(round, StringComparison.Ordinal))).Select(r => r.Name);
        Assert.Equal(rounds.SelectMany(round => new[] { 1, 2, 3 }.Select(n => $"node{n}-{round}")), order);
        var start = run.Named("node1-first-round").Position;
        Assert.All(new[] { 1, 2, 3 }, n =>
        {
            int Position(string step) => run.Named($"node{n}-{step}").Position;
            Assert.True(Position("attachment") < Position("reach"), "the disk is there when the machine is prepared");
            Assert.True(Position("reach") < Position("prepare") && Position("prepare") < Position("agent"));
            Assert.True(Position("agent") < Position("stage") && Position("stage") < Position("ring-key") && Position("ring-key") < start);
            Assert.True(n == 1 || run.Named($"node{n - 1}-reach").Position < Position("machine"), "one machine at a time");
        });
        Assert.True(run.Named("node3-second-round").Position < run.Named("node1-members").Position);
        Assert.True(run.Named("node1-members").Position < run.Named("password").Position);
    }

    [Fact]
    public async Task A_step_runs_again_on_another_machine_and_a_secret_is_made_only_once()
    {
        var run = await StackRun.OfAsync();
        string[] once = ["ring-key", "password"];
        foreach (var step in run.Of(Remote).Where(r => !once.Contains(r.Name) && r.Name != "ring-key-now"))
        {
            Assert.Equal($"{step.Name.Split('-')[0]}-machine-id", step.List<string>("triggers").First());
        }

        foreach (var secret in once.Select(run.Named))
        {
            Assert.Empty(secret.List<string>("triggers"));
            Assert.Superset(new HashSet<string> { "connection", "create" }, secret.Options.IgnoreChanges.ToHashSet());
        }

        Assert.All(run.Of("command:remote:CopyToRemote"), c => Assert.Equal(["source"], c.Options.IgnoreChanges));
        Assert.All(run.Of("aws:ec2/instance:Instance"), m => Assert.Equal(["ami", "userData", "keyName"], m.Options.IgnoreChanges));
    }

    [Fact]
    public async Task The_outputs_name_who_leads_now_and_nothing_else_depends_on_it()
    {
        var before = await StackRun.OfAsync(leader: "node2");
        var later = await StackRun.OfAsync(leader: "node3");

        Assert.Equal("198.51.100.2", await ValueAsync(before, "leaderIp"));
        Assert.Equal("10.20.1.11", await ValueAsync(before, "leaderPrivateIp"));
        Assert.Equal("http://198.51.100.2:9631/census", await ValueAsync(before, "censusUrl"));
        Assert.Equal("198.51.100.3", await ValueAsync(later, "leaderIp"));
        Assert.Equal(Shown(before), Shown(later));
        Assert.Equal(
            "ssh -i mysqlha.key ubuntu@198.51.100.2 -t sudo mysql --defaults-extra-file=/var/lib/mysqlha/client.cnf --host=10.20.1.11",
            await ValueAsync(before, "mysqlCommand"));
    }

    [Fact]
    public async Task A_preview_with_nothing_made_yet_asks_nobody_and_says_that_it_does_not_know()
    {
        var run = await StackRun.OfAsync(preview: true);
        run.Census.VerifyNoOtherCalls();
        Assert.Equal(3, run.Of("aws:ec2/instance:Instance").Count());
        Assert.Equal(3, run.Resources.Count(r => r.Name.EndsWith("-second-round", StringComparison.Ordinal)));
        // The whole connection waits for an address that nobody has yet.
        Assert.All(run.Of(Remote), r => Assert.False(r.Inputs.ContainsKey("connection")));
        Assert.False(run.Named("node2-machine").Inputs.ContainsKey("userData"));
    }

    [Fact]
    public async Task Five_nodes_are_two_more_and_the_first_three_keep_everything()
    {
        var three = await StackRun.OfAsync();
        var five = await StackRun.OfAsync(new Dictionary<string, string> { ["nodes"] = "5" });
        Assert.Equal(5, five.Of("aws:ec2/instance:Instance").Count());
        bool IsOfNode(RecordedResource r) => r.Name.StartsWith("node", StringComparison.Ordinal) && r.Name != "node1-members";
        foreach (var resource in three.Resources.Where(IsOfNode))
        {
            var same = five.Resources.Single(r => r.Name == resource.Name && r.Type == resource.Type);
            // How many found a cluster is told to every agent and concerns none of a cluster that is there.
            Assert.Equal(
                resource.Texts().Where(t => t.Path != "triggers.0" || t.Text.EndsWith("-id", StringComparison.Ordinal)).OrderBy(t => t.Path)
                    .Select(t => (t.Path, t.Text.Replace("voters: 3", "voters: 5", StringComparison.Ordinal))),
                same.Texts().Where(t => t.Path != "triggers.0" || t.Text.EndsWith("-id", StringComparison.Ordinal)).OrderBy(t => t.Path));
        }

        var members = five.Named("node1-members").Text("stdin");
        Assert.Contains("VOTERS='5'\nNAMES='node1 node2 node3 node4 node5'\n", members, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("arm64", "m7g.large", "arm64", "aarch64")]
    [InlineData("x64", "m7i.large", "amd64", "x86_64")]
    public async Task Either_architecture_has_its_image_its_machines_and_its_check(
        string name, string type, string canonical, string kernel)
    {
        var run = await StackRun.OfAsync(new Dictionary<string, string> { ["architecture"] = name });
        var (_, args) = Assert.Single(run.Calls, call => call.Token == "aws:ssm/getParameter:getParameter");
        Assert.Equal($"/aws/service/canonical/ubuntu/server/26.04/stable/current/{canonical}/hvm/ebs-gp3/ami-id", args["name"]);
        Assert.All(
            run.Of("aws:ec2/instance:Instance"),
            m => Assert.Equal((type, "ami-0123456789abcdef0"), (m.Text("instanceType"), m.Text("ami"))));
        Assert.All(
            new[] { 1, 2, 3 },
            n => Assert.Contains($"KERNEL='{kernel}'", run.Named($"node{n}-reach").Text("stdin"), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("dev", null, null)]
    [InlineData("production", null, true)]
    [InlineData("dev", "true", true)]
    [InlineData("production", "false", null)]
    public async Task Data_and_keys_of_production_cannot_be_deleted_by_accident(string stack, string? configured, bool? isProtected)
    {
        var run = await StackRun.OfAsync(
            configured is null ? null : new Dictionary<string, string> { ["protectData"] = configured }, stack: stack);
        var kept = run.Of("aws:ebs/volume:Volume").Append(run.Named("ring-key")).Append(run.Named("login-ssh-key"));
        Assert.All(kept, r => Assert.Equal(isProtected ?? false, r.Options.Protect ?? false));
        Assert.All(run.Of("aws:ec2/instance:Instance"), m => Assert.NotEqual(true, m.Options.Protect));
    }

    [Fact]
    public async Task A_key_pair_of_ones_own_is_used_and_none_is_made()
    {
        const string Private = $"-----BEGIN OPENSSH PRIVATE KEY-----\n{StackRun.Marker}\n-----END OPENSSH PRIVATE KEY-----\n";
        var run = await StackRun.OfAsync(
            new Dictionary<string, string> { ["sshPublicKey"] = "ssh-ed25519 AAAA me", ["sshPrivateKey"] = Private });
        Assert.Equal("ssh-ed25519 AAAA me", run.Named("login-key-pair").Text("publicKey"));
        Assert.Equal(Private, run.Named("node1-reach").Map("connection")["privateKey"]);
        Assert.DoesNotContain(run.Resources, r => r.Name == "login-ssh-key");
        Assert.True(await IsSecretAsync(run.Named("node1-reach"), "connection.privateKey"));
    }

    [Fact]
    public async Task A_wrong_configuration_is_refused_whole_before_any_resource()
    {
        var failure = await Assert.ThrowsAsync<RunException>(
            () => StackRun.OfAsync(new Dictionary<string, string> { ["nodes"] = "2", ["timing"] = "slow", ["tyming"] = "lan" }));
        Assert.Contains("The configuration cannot be used (3 to mend):", failure.Message, StringComparison.Ordinal);
        Assert.Contains("tyming: there is no such key", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<List<string>> IngressAsync(Dictionary<string, string> settings) =>
        RulesOf(Assert.Single((await StackRun.OfAsync(settings)).Of("aws:ec2/securityGroup:SecurityGroup")), "ingress");

    /// <summary>One line for each rule: tcp 22-22 from 192.0.2.0/24.</summary>
    internal static List<string> RulesOf(RecordedResource group, string direction) =>
        [.. group.List<ImmutableDictionary<string, object>>(direction).Select(rule =>
        {
            var whom = rule.TryGetValue("self", out var self) && self is true
                ? "the nodes"
                : string.Join(',', (ImmutableArray<object>)(rule.GetValueOrDefault("securityGroups") ?? rule["cidrBlocks"]));
            return $"{rule["protocol"]} {rule["fromPort"]}-{rule["toPort"]} {(direction == "ingress" ? "from" : "to")} {whom}";
        }).Order(StringComparer.Ordinal)];

    private static async Task<string> ValueAsync(StackRun run, string output) =>
        $"{await OutputUtilities.GetValueAsync(run.Outputs[output])}";

    /// <summary>All that an engine would compare.</summary>
    private static IEnumerable<string> Shown(StackRun run) => run.Resources
        .SelectMany(r => r.Texts().Where(t => !r.Options.IgnoreChanges.Contains(t.Path.Split('.')[0]))
            .Select(t => $"{r.Name} {t.Path} {t.Text}"))
        .Order(StringComparer.Ordinal);

    /// <summary>Whether the program marked what is there as secret.</summary>
    private static async Task<bool> IsSecretAsync(RecordedResource resource, string path) => (resource.Args, path) switch
    {
        (Pulumi.Command.Remote.CommandArgs args, "stdin") => await Output.IsSecretAsync(args.Stdin.ToOutput()),
        (Pulumi.Command.Remote.CommandArgs args, "connection.privateKey") => await Output.IsSecretAsync(args.Connection.ToOutput()),
        (Pulumi.Command.Remote.CopyToRemoteArgs args, "connection.privateKey") => await Output.IsSecretAsync(args.Connection.ToOutput()),
        (Pulumi.Aws.Ec2.InstanceArgs args, "userData") => await Output.IsSecretAsync(args.UserData.ToOutput()),
        _ => false,
    };
}
