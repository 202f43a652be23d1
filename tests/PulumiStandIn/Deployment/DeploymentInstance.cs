namespace Pulumi;

/// <summary>What a program may ask of the run it is part of.</summary>
public sealed class DeploymentInstance
{
    private readonly Deployment _deployment;

    internal DeploymentInstance(Deployment deployment) => _deployment = deployment;

    public string StackName => _deployment.Options.StackName ?? "stack";

    public string ProjectName => _deployment.Options.ProjectName ?? "project";

    public string OrganizationName => _deployment.Options.OrganizationName ?? "organization";

    public string? RootDirectory => _deployment.Options.RootDirectory ?? "rootDirectory";

    /// <summary>Whether this is a preview.</summary>
    public bool IsDryRun => _deployment.Options.IsPreview ?? true;

    public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOptions? options = null) =>
        new(_deployment.InvokeAsync<T>(token, args));
}
