namespace MySqlHa.Machines.Hosts;

/// <summary>Removes everything that a place has on this host, however it came about and in whatever state it is.</summary>
public static class CleanUp
{
    public static async Task AllAsync(MachinePlace place)
    {
        var group = new ControlGroup(place.ControlGroup);
        await group.KillAsync();
        foreach (var machine in Machine.All(place))
        {
            await machine.DeleteAsync();
        }

        var volumes = new Volumes(place);
        foreach (var volume in volumes.All)
        {
            await volumes.TakeAsync(volume.Id);
            await volumes.DeleteAsync(volume.Id);
        }

        await new MachineNetwork(place).DownAsync();
        group.Remove();
        new ControlGroup(place.MirroredGroup).Remove();
        if (Directory.Exists(place.Home))
        {
            Directory.Delete(place.Home, recursive: true);
        }
    }
}
