using MySqlHa.Infra.Plan;
using Pulumi;

// A sketch: it checks the configuration and shows the plan. No resource is made yet.
return await Deployment.RunAsync(() =>
{
    var config = new Config();
    var plan = ClusterPlan.Make(new PlanRequest
    {
        Group = config.Get("group") ?? PlanRequest.DefaultGroup,
        Nodes = config.GetInt32("nodes") ?? PlanRequest.DefaultNodes,
        Network = config.Get("network") ?? PlanRequest.DefaultNetwork,
        Zones = config.RequireObject<string[]>("zones"),
    });
    return new Dictionary<string, object?>
    {
        ["serviceGroup"] = plan.ServiceGroup,
        ["privateIps"] = plan.Nodes.Select(node => node.PrivateIp).ToArray(),
        ["zones"] = plan.Nodes.Select(node => node.Zone).ToArray(),
        ["quorum"] = plan.Quorum,
    };
});
