namespace Pulumi.Testing;

/// <summary>What a test may say of the run. There is no configuration here: that comes by environment.</summary>
public class TestOptions
{
    /// <summary>Default: project.</summary>
    public string? ProjectName { get; set; }

    public string? RootDirectory { get; set; }

    /// <summary>Default: stack.</summary>
    public string? StackName { get; set; }

    /// <summary>Default: organization.</summary>
    public string? OrganizationName { get; set; }

    /// <summary>Default: true.</summary>
    public bool? IsPreview { get; set; }
}
