using System.CommandLine;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Commands;

/// <summary>For now: machines alone, without the program.</summary>
public static class MachinesCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var place = new MachinePlace(args[0]);
        var root = args[1];
        var net = new MachineNetwork(place);
        switch (args[2])
        {
            case "create":
                await net.UpAsync(System.Net.IPNetwork.Parse("10.21.0.0/16"));
                var m = await Machine.CreateAsync(place, new MachineRecord("i-" + Guid.NewGuid().ToString("N")[..17], args[3], args[4], "10.21.0.0/16", [args[5]], "", 8, Enum.Parse<MachineFault>(args[6])));
                await m.BootAsync(root);
                var v = new Volumes(place);
                v.Create("vol-" + m.Record.Id[2..], 4);
                await m.PlugAsync(v.Give("vol-" + m.Record.Id[2..], m.Record.Id));
                if (m.Record.Fault != MachineFault.NoSshd)
                {
                    await m.WaitForSshAsync(TimeSpan.FromSeconds(30));
                }

                break;
            case "off":
                await Machine.All(place).First(x => x.Record.Name == args[3]).PowerOffAsync();
                break;
            case "halt":
                await Machine.All(place).First(x => x.Record.Name == args[3]).ShutDownAsync();
                break;
            case "heal":
                await Machine.All(place).First(x => x.Record.Name == args[3]).HealAsync(root);
                break;
            case "boot":
                await Machine.All(place).First(x => x.Record.Name == args[3]).BootAsync(root);
                break;
            case "down":
                foreach (var x in Machine.All(place))
                {
                    await x.DeleteAsync();
                }

                foreach (var x in new Volumes(place).All)
                {
                    await new Volumes(place).DeleteAsync(x.Id);
                }

                await net.DownAsync();
                break;
        }

        return 0;
    }
}
