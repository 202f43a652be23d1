using MySqlHa.Infra.Plan;
using Pulumi;
using Aws = Pulumi.Aws;

namespace MySqlHa.Infra.Components;

/// <summary>
/// One address with a port for writers and one for readers: a network load balancer before the proxies of the agents. It asks them only
/// whether their node is in order; who leads is known to each of them long before a check could tell.
/// </summary>
public sealed class LoadBalancer : ComponentResource
{
    /// <summary>Seconds, 5 to 300: AWS's least. Two answers in a row decide.</summary>
    private const int CheckEvery = 5;

    private const int CheckTimeout = 3;
    private const int ChecksToDecide = 2;

    /// <summary>Seconds that a connection may say nothing, 60 to 6000: AWS's most, since idle connections of a pool are no fault.</summary>
    private const int Idle = 6000;

    private readonly ClusterPlan _plan;
    private readonly ClusterNetwork _network;
    private readonly IReadOnlyList<NodeMachine> _machines;
    private readonly string _name;

    public LoadBalancer(
        string name, ClusterPlan plan, ClusterNetwork network, Output<string> groupId, IReadOnlyList<NodeMachine> machines,
        ComponentResourceOptions? options = null)
        : base("mysqlha:infra:LoadBalancer", name, options)
    {
        (_name, _plan, _network, _machines) = (name, plan, network, machines);
        var balancer = new Aws.LB.LoadBalancer($"{name}-nlb", new Aws.LB.LoadBalancerArgs
        {
            LoadBalancerType = "network",
            Internal = plan.Settings.LoadBalancer == "internal",
            // The one leader is in one zone.
            EnableCrossZoneLoadBalancing = true,
            Subnets = plan.Subnets.Select(subnet => network.SubnetIn(subnet.Zone)).ToArray(),
            SecurityGroups = { groupId },
            Tags = Tags.Of(plan, name),
        }, new CustomResourceOptions { Parent = this, DependsOn = { network } });
        Listen(balancer, "writers", Ports.Writers);
        Listen(balancer, "readers", Ports.Readers);
        WriterEndpoint = balancer.DnsName.Apply(host => $"{host}:{Ports.Writers}");
        ReaderEndpoint = balancer.DnsName.Apply(host => $"{host}:{Ports.Readers}");
        RegisterOutputs();
    }

    /// <summary>host:port of the leader, whoever it is.</summary>
    public Output<string> WriterEndpoint { get; }

    /// <summary>host:port of the followers.</summary>
    public Output<string> ReaderEndpoint { get; }

    private void Listen(Aws.LB.LoadBalancer balancer, string what, int port)
    {
        var child = new CustomResourceOptions { Parent = this };
        var nodes = new Aws.LB.TargetGroup($"{_name}-{what}", new Aws.LB.TargetGroupArgs
        {
            VpcId = _network.VpcId,
            TargetType = "instance",
            Protocol = "TCP",
            Port = port,
            PreserveClientIp = "true",
            HealthCheck = new Aws.LB.Inputs.TargetGroupHealthCheckArgs
            {
                Protocol = "HTTP",
                Port = $"{Ports.Http}",
                Path = "/readiness",
                Matcher = "200",
                Interval = CheckEvery,
                Timeout = CheckTimeout,
                HealthyThreshold = ChecksToDecide,
                UnhealthyThreshold = ChecksToDecide,
            },
            TargetHealthStates =
            {
                new Aws.LB.Inputs.TargetGroupTargetHealthStateArgs { EnableUnhealthyConnectionTermination = true },
            },
            // A machine that goes has left the cluster before: there is nothing to wait for.
            DeregistrationDelay = 0,
            ConnectionTermination = true,
            Tags = Tags.Of(_plan, $"{_name}-{what}"),
        }, child);
        foreach (var machine in _machines)
        {
            _ = new Aws.LB.TargetGroupAttachment($"{_name}-{what}-{machine.Node.Name}", new Aws.LB.TargetGroupAttachmentArgs
            {
                TargetGroupArn = nodes.Arn,
                TargetId = machine.InstanceId,
                Port = port,
            }, child);
        }

        _ = new Aws.LB.Listener($"{_name}-{what}-port", new Aws.LB.ListenerArgs
        {
            LoadBalancerArn = balancer.Arn,
            Protocol = "TCP",
            Port = port,
            TcpIdleTimeoutSeconds = Idle,
            DefaultActions = { new Aws.LB.Inputs.ListenerDefaultActionArgs { Type = "forward", TargetGroupArn = nodes.Arn } },
        }, child);
    }
}
