using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary><c>command:remote:CopyToRemote</c>, over ssh. Nothing is removed there when it is deleted.</summary>
public sealed class CopyProvider : IProvider
{
    public bool MustReplace(string input, ResourceState old, JsonObject inputs) => false;

    public async Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation)
    {
        await CopyAsync(inputs, cancellation);
        return (RecordedProvider.NewId(name), []);
    }

    public async Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation)
    {
        await CopyAsync(inputs, cancellation);
        return [];
    }

    public Task DeleteAsync(ResourceState old, CancellationToken cancellation) => Task.CompletedTask;

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(true);

    private static async Task CopyAsync(JsonObject inputs, CancellationToken cancellation)
    {
        const UnixFileMode Ordinary = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        var source = inputs["source"]!.AsObject();
        var folder = Directory.CreateTempSubdirectory("mha-copy-");
        try
        {
            var path = (string?)source[Json.AssetPath];
            if (path is null)
            {
                path = Path.Combine(folder.FullName, "text");
                await File.WriteAllTextAsync(path, (string)source[Json.AssetText]!, cancellation);
                File.SetUnixFileMode(path, Ordinary);
            }
            else if (File.Exists(path) && File.GetUnixFileMode(path) != Ordinary)
            {
                // scp would carry the mode over; the provider gives each file the mode of a new one.
                var copy = Path.Combine(folder.FullName, "file");
                File.Copy(path, copy);
                File.SetUnixFileMode(copy, Ordinary);
                path = copy;
            }

            using var ssh = await SshConnection.DialAsync(inputs["connection"]!.AsObject(), cancellation);
            await ssh.CopyAsync(path, (string)inputs["remotePath"]!, cancellation);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
