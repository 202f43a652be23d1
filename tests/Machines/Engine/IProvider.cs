using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary>What makes resources of some type. Each act is over, or has failed, when its task ends.</summary>
public interface IProvider
{
    /// <summary>Whether a change of this input can only be had by another resource.</summary>
    bool MustReplace(string input, ResourceState old, JsonObject inputs);

    /// <summary>Outputs are what it adds to the inputs.</summary>
    Task<(string Id, JsonObject Outputs)> CreateAsync(string name, JsonObject inputs, StateFile state, CancellationToken cancellation);

    Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation);

    /// <summary>Idempotent.</summary>
    Task DeleteAsync(ResourceState old, CancellationToken cancellation);

    /// <summary>For a refresh: whether it is still there.</summary>
    Task<bool> ExistsAsync(ResourceState old);
}
