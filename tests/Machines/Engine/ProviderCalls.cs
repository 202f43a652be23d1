using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>The provider functions that the program calls.</summary>
internal static class ProviderCalls
{
    private const string Volume = "aws:ebs/volume:Volume";

    public static ImmutableDictionary<string, object> Answer(string token, ImmutableDictionary<string, object> arguments, StateFile state)
    {
        switch (token)
        {
            case "aws:ssm/getParameter:getParameter":
                var name = (string)arguments["name"];
                // Every image is the one root that machines start from. The same name, the same id.
                var image = "ami-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..17];
                return ImmutableDictionary<string, object>.Empty
                    .Add("id", name).Add("name", name).Add("value", image).Add("insecureValue", image).Add("type", "String");
            case "aws:index/getAvailabilityZones:getAvailabilityZones":
                return ImmutableDictionary<string, object>.Empty
                    .Add("id", "machines").Add("names", ImmutableArray.Create<object>("machines-a", "machines-b", "machines-c"));
            case "aws:ebs/getEbsVolumes:getEbsVolumes":
                var tags = (ImmutableDictionary<string, object>)arguments["tags"];
                return ImmutableDictionary<string, object>.Empty.Add("id", "machines").Add(
                    "ids",
                    state.Resources.Where(r => r.Type == Volume && tags.All(t => (string?)r.Inputs["tags"]?[t.Key] == (string)t.Value))
                        .Select(object (r) => r.Id).ToImmutableArray());
            case "aws:ebs/getVolume:getVolume":
                // By its id: the one filter that the program uses.
                var filter = (ImmutableDictionary<string, object>)((ImmutableArray<object>)arguments["filters"]).Single();
                var id = (string)((ImmutableArray<object>)filter["values"]).Single();
                var volume = state.Resources.Single(r => r.Type == Volume && r.Id == id);
                return Json.To(volume.Inputs).Add("id", id);
            default:
                throw new MachinesException($"the machines have no answer to {token}");
        }
    }
}
