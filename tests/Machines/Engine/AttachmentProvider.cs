using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary><c>aws:ec2/volumeAttachment:VolumeAttachment</c>: a volume's devices appear in a machine.</summary>
public sealed class AttachmentProvider(MachinePlace place) : IProvider
{
    private readonly Volumes _volumes = new(place);

    public bool MustReplace(string input, ResourceState old, JsonObject inputs) =>
        input is "deviceName" or "instanceId" or "volumeId";

    public async Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation)
    {
        var (volume, instance) = Ends(inputs);
        var machine = Machine.Find(place, instance) ?? throw new MachinesException($"InvalidInstanceID.NotFound: {instance}");
        await machine.PlugAsync(_volumes.Give(volume, instance));
        return (RecordedProvider.NewId("vai-"), []);
    }

    public Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation) =>
        Task.FromResult(old.Outputs);

    public async Task DeleteAsync(ResourceState old, CancellationToken cancellation)
    {
        var (id, instance) = Ends(old.Inputs);
        if ((bool?)old.Inputs["skipDestroy"] == true || _volumes.Find(id) is not { } volume || volume.Machine != instance)
        {
            return;
        }

        if (Machine.Find(place, instance) is { IsRunning: true } machine)
        {
            if ((bool?)old.Inputs["stopInstanceBeforeDetaching"] == true)
            {
                await machine.ShutDownAsync();
            }
            else
            {
                await machine.UnplugAsync(volume);
            }
        }

        await _volumes.TakeAsync(id);
    }

    public Task<bool> ExistsAsync(ResourceState old)
    {
        var (id, instance) = Ends(old.Inputs);
        return Task.FromResult(_volumes.Find(id)?.Machine == instance);
    }

    private static (string Volume, string Instance) Ends(JsonObject inputs) => ((string)inputs["volumeId"]!, (string)inputs["instanceId"]!);
}
