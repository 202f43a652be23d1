namespace MySqlHa.Infra.Plan;

/// <summary>A processor architecture, by the names that others have for it.</summary>
/// <param name="Name">In the configuration: arm64 or x64.</param>
/// <param name="Canonical">In the names of Ubuntu's images.</param>
/// <param name="Kernel">What <c>uname -m</c> says.</param>
/// <param name="Runtime">.NET's identifier.</param>
/// <param name="DefaultInstanceType">Two cores, 8 GiB.</param>
public sealed record Architecture(string Name, string Canonical, string Kernel, string Runtime, string DefaultInstanceType)
{
    public static Architecture Arm64 { get; } = new("arm64", "arm64", "aarch64", "linux-arm64", "m7g.large");

    public static Architecture X64 { get; } = new("x64", "amd64", "x86_64", "linux-x64", "m7i.large");

    public static Architecture? Named(string name) => name switch { "arm64" => Arm64, "x64" => X64, _ => null };
}
