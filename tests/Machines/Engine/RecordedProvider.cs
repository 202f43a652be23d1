using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary>
/// What has no counterpart on one machine, the network and its firewall above all: only recorded, with an id like the real one. All
/// machines share one bridge, so what a security group would refuse is not refused here, and nothing answers at a load balancer's name.
/// </summary>
public sealed class RecordedProvider(string type) : IProvider
{
    private const string Balancing = "arn:aws:elasticloadbalancing:machines:000000000000:";

    private static readonly Dictionary<string, (string Prefix, string[] Fixed)> Known = new()
    {
        ["aws:ec2/vpc:Vpc"] = ("vpc-", ["cidrBlock"]),
        ["aws:ec2/subnet:Subnet"] = ("subnet-", ["vpcId", "cidrBlock", "availabilityZone"]),
        ["aws:ec2/internetGateway:InternetGateway"] = ("igw-", []),
        ["aws:ec2/routeTable:RouteTable"] = ("rtb-", ["vpcId"]),
        ["aws:ec2/routeTableAssociation:RouteTableAssociation"] = ("rtbassoc-", ["subnetId"]),
        ["aws:ec2/securityGroup:SecurityGroup"] = ("sg-", ["vpcId", "name", "description"]),
        ["aws:ec2/keyPair:KeyPair"] = ("", ["keyName", "publicKey"]),
        ["aws:lb/loadBalancer:LoadBalancer"] = (Balancing + "loadbalancer/net/", ["internal", "loadBalancerType", "name"]),
        ["aws:lb/targetGroup:TargetGroup"] = (Balancing + "targetgroup/", ["name", "port", "protocol", "targetType", "vpcId"]),
        ["aws:lb/targetGroupAttachment:TargetGroupAttachment"] = (Balancing + "target/", ["targetGroupArn", "targetId", "port"]),
        ["aws:lb/listener:Listener"] = (Balancing + "listener/net/", ["loadBalancerArn"]),
    };

    public static bool Knows(string type) => Known.ContainsKey(type);

    public static string NewId(string prefix) => prefix + Guid.NewGuid().ToString("N")[..17];

    public bool MustReplace(string input, ResourceState old, JsonObject inputs) => Known[type].Fixed.Contains(input);

    public Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation)
    {
        var (prefix, _) = Known[type];
        // A key pair's id is its name, and the name is made up where the program gives none.
        var keyName = (string?)inputs["keyName"] ?? RecordedProvider.NewId(name + "-")[..(name.Length + 8)];
        var id = prefix.Length > 0 ? NewId(prefix) : keyName;
        var isArn = prefix.StartsWith(Balancing, StringComparison.Ordinal);
        var outputs = new JsonObject { ["arn"] = isArn ? id : $"arn:aws:ec2:machines:000000000000:{type.Split(':')[^1]}/{id}" };
        if (type == "aws:lb/loadBalancer:LoadBalancer")
        {
            outputs["dnsName"] = $"{name}.invalid";
        }

        if (prefix.Length == 0)
        {
            outputs["keyName"] = keyName;
            outputs["keyPairId"] = NewId("key-");
        }

        return Task.FromResult((id, outputs));
    }

    public Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation) =>
        Task.FromResult(old.Outputs);

    public Task DeleteAsync(ResourceState old, CancellationToken cancellation) => Task.CompletedTask;

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(true);
}
