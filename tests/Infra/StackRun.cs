using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Moq;
using MySqlHa.Infra;
using MySqlHa.Infra.Census;
using MySqlHa.Infra.Plan;
using Pulumi;
using Pulumi.Testing;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>One run of the whole program against mocks that answer like AWS and like machines on which every step succeeds.</summary>
internal sealed class StackRun : IMocks, IServiceProvider
{
    /// <summary>In everything that is secret, and in nothing else.</summary>
    public const string Marker = "s3cr3t";

    private static readonly string[] Secret = ["ring-key", "ring-key-now", "password"];

    private readonly ConcurrentDictionary<(string Type, string Name), (ResourceArgs Args, ResourceOptions Options)> _asked = new();
    private readonly List<RecordedResource> _resources = [];
    private readonly bool _preview;

    private readonly IReadOnlyList<MadeVolume> _volumes;

    private StackRun(bool preview, string leader, bool first, IReadOnlyList<MadeVolume> volumes)
    {
        (_preview, _volumes) = (preview, volumes);
        Census.Setup(c => c.LeaderAsync(It.IsAny<IReadOnlyList<CensusNode>>(), It.IsAny<TimeSpan>()))
            .ReturnsAsync((IReadOnlyList<CensusNode> nodes, TimeSpan _) => nodes.Single(node => node.Name == leader));
        Census.Setup(c => c.MemberAsync(It.IsAny<IReadOnlyList<CensusNode>>()))
            .ReturnsAsync((IReadOnlyList<CensusNode> nodes) => first ? null : nodes.Single(node => node.Name == leader));
    }

    public IReadOnlyList<RecordedResource> Resources => _resources;

    /// <summary>Tokens of the providers' functions that were called, each with its arguments.</summary>
    public List<(string Token, ImmutableDictionary<string, object> Args)> Calls { get; } = [];

    public ImmutableDictionary<string, Output<object?>> Outputs { get; private set; } = ImmutableDictionary<string, Output<object?>>.Empty;

    public Mock<ICensus> Census { get; } = new(MockBehavior.Strict);

    /// <param name="first">Nobody is in the ring yet.</param>
    /// <param name="volumes">What AWS has already.</param>
    public static async Task<StackRun> OfAsync(
        IReadOnlyDictionary<string, string>? settings = null, bool preview = false, string stack = "dev", string leader = "node2",
        bool first = false, IReadOnlyList<MadeVolume>? volumes = null)
    {
        var run = new StackRun(preview, leader, first, volumes ?? []);
        var archive = Path.Combine(Path.GetTempPath(), $"mysqlha-{Guid.NewGuid():N}.tar.gz");
        await File.WriteAllTextAsync(archive, "an agent");
        var values = new Dictionary<string, string> { ["aws:region"] = Good.Region, ["mysql-ha-stack:agentArchive"] = archive };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
        {
            values[key.Contains(':', StringComparison.Ordinal) ? key : $"mysql-ha-stack:{key}"] = value;
        }

        Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(values));
        Environment.SetEnvironmentVariable("PULUMI_CONFIG_SECRET_KEYS", """["mysql-ha-stack:sshPrivateKey"]""");
        try
        {
            var options = new TestOptions { ProjectName = "mysql-ha-stack", StackName = stack, IsPreview = preview };
            _ = await Deployment.TestWithServiceProviderAsync<ClusterStack>(run, run, options);
            return run;
        }
        finally
        {
            Environment.SetEnvironmentVariable("PULUMI_CONFIG", null);
            Environment.SetEnvironmentVariable("PULUMI_CONFIG_SECRET_KEYS", null);
            File.Delete(archive);
        }
    }

    public IEnumerable<RecordedResource> Of(string type) => _resources.Where(r => r.Type == type);

    public RecordedResource Named(string name) =>
        _resources.Single(r => r.Name == name && !r.Type.StartsWith("mysqlha:", StringComparison.Ordinal));

    public object GetService(Type serviceType) => new ClusterStack(
        Census.Object,
        new StackOptions
        {
            ResourceTransformations =
            {
                args =>
                {
                    _asked[(args.Resource.GetResourceType(), args.Resource.GetResourceName())] = (args.Args, args.Options);
                    return null;
                },
            },
        });

    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        var asked = _asked[(args.Type!, args.Name!)];
        lock (_resources)
        {
            _resources.Add(new RecordedResource(args.Type!, args.Name!, args.Inputs, _resources.Count)
            {
                Args = asked.Args,
                Options = asked.Options,
            });
        }

        return Task.FromResult<(string?, object)>(($"{args.Name}-id", _preview ? args.Inputs : args.Inputs.SetItems(Made(args))));
    }

    public Task<object> CallAsync(MockCallArgs args)
    {
        Calls.Add((args.Token!, args.Args));
        return Task.FromResult<object>(args.Token switch
        {
            "aws:ssm/getParameter:getParameter" => new Dictionary<string, object> { ["insecureValue"] = "ami-0123456789abcdef0" },
            "aws:ebs/getEbsVolumes:getEbsVolumes" => new Dictionary<string, object>
            {
                ["ids"] = _volumes.Select(object (v) => v.Id).ToImmutableArray(),
            },
            "aws:ebs/getVolume:getVolume" => Found(args.Args),
            _ => throw new NotSupportedException(args.Token),
        });
    }

    public Task RegisterResourceOutputs(MockRegisterResourceOutputsRequest args)
    {
        if (args.Urn.Contains("::pulumi:pulumi:Stack::", StringComparison.Ordinal))
        {
            Outputs = args.Outputs;
        }

        return Task.CompletedTask;
    }

    private Dictionary<string, object> Found(ImmutableDictionary<string, object> args)
    {
        var filter = (ImmutableDictionary<string, object>)Assert.Single((ImmutableArray<object>)args["filters"]);
        Assert.Equal("volume-id", filter["name"]);
        var id = (string)Assert.Single((ImmutableArray<object>)filter["values"]);
        var volume = _volumes.Single(v => v.Id == id);
        var tags = ImmutableDictionary<string, object>.Empty.Add("Name", volume.Name);
        return new() { ["size"] = (double)volume.Gb, ["tags"] = tags };
    }

    private static Dictionary<string, object> Made(MockResourceArgs args) => args.Type switch
    {
        "aws:ec2/instance:Instance" => new() { ["publicIp"] = $"198.51.100.{args.Name![4]}" },
        "aws:ec2/keyPair:KeyPair" => new() { ["keyName"] = $"{args.Name}-7f3a" },
        "aws:lb/loadBalancer:LoadBalancer" => new() { ["arn"] = $"{args.Name}-arn", ["dnsName"] = $"{args.Name}-7f3a.elb.example" },
        "aws:lb/targetGroup:TargetGroup" => new() { ["arn"] = $"{args.Name}-arn" },
        "command:local:Command" => new() { ["stdout"] = $"-----BEGIN\n{Marker}-{args.Name}\n-----END\nssh-ed25519 public-{args.Name}" },
        "command:remote:Command" => new() { ["stdout"] = $"{(Secret.Contains(args.Name) ? Marker : "stdout")}-{args.Name}" },
        _ => [],
    };
}
