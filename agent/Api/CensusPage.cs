using System.Security.Cryptography;
using System.Text;

namespace MySqlHa.Api;

/// <summary>
/// The page: one self-contained text, put together from Page/ at the start. It asks only its own node: <c>/view</c>, <c>/v1</c>.
/// </summary>
internal static class CensusPage
{
    /// <summary>In this order: each uses what is before it.</summary>
    public static readonly string[] Styles = ["base.css", "picture.css", "tables.css"];

    /// <summary>In this order; the last one starts.</summary>
    public static readonly string[] Scripts =
    [
        "base.js", "words.js", "asking.js", "verdict.js", "topology.js", "history.js", "members.js", "events.js", "deeds.js", "dialog.js", "main.js",
    ];

    private static readonly string Style = string.Concat(Styles.Select(Part));
    private static readonly string Script = string.Concat(Scripts.Select(Part));

    public static byte[] Html { get; } = Encoding.UTF8.GetBytes(
        Part("page.html").Replace("/*style*/", Style, StringComparison.Ordinal).Replace("/*script*/", Script, StringComparison.Ordinal));

    /// <summary>Exactly this style and this script, and requests to the node itself: text from the cluster can never run.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src '{Hash(Style)}'; script-src '{Hash(Script)}'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Part(string name)
    {
        using var stream = typeof(CensusPage).Assembly.GetManifestResourceStream($"MySqlHa.Api.Page.{name}")
            ?? throw new InvalidOperationException($"the page's part {name} is not in this build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
