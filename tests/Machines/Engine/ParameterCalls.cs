using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>The provider functions that the program calls.</summary>
internal static class ParameterCalls
{
    public static ImmutableDictionary<string, object> Answer(string token, ImmutableDictionary<string, object> arguments)
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
            default:
                throw new MachinesException($"the machines have no answer to {token}");
        }
    }
}
