using System.Globalization;

namespace MySqlHa.Machines.Engine;

/// <summary>Progress for people, a line for each thing that happened, as Pulumi writes it; and the count of all.</summary>
public sealed class EngineLog(TextWriter writer)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>How often each word was said: created, updated, replaced, deleted, unchanged, retained.</summary>
    public int Count(string word)
    {
        lock (_lock)
        {
            return _counts.GetValueOrDefault(word);
        }
    }

    public void Did(string sign, string title, string word, TimeSpan? took = null)
    {
        Counted(word);
        Line(took is { } time
            ? string.Create(CultureInfo.InvariantCulture, $" {sign,-2} {title} {word} ({time.TotalSeconds:0.0} s)")
            : $" {sign,-2} {title} {word}");
    }

    public void Counted(string word)
    {
        lock (_lock)
        {
            _counts[word] = _counts.GetValueOrDefault(word) + 1;
        }
    }

    /// <summary>What a resource said for itself.</summary>
    public void Said(string title, string text) => Line($"    {title}: {text}");

    public void Line(string text)
    {
        lock (_lock)
        {
            writer.WriteLine(text);
            writer.Flush();
        }
    }

    public static string WouldBe(string word) => $"would be {word}";

    public string Summary()
    {
        lock (_lock)
        {
            string[] words = ["created", "updated", "replaced", "deleted", "retained", "failed", "unchanged"];
            var said = words.SelectMany(w => new[] { w, WouldBe(w) }).Where(w => _counts.GetValueOrDefault(w) > 0)
                .Select(w => string.Create(CultureInfo.InvariantCulture, $"{_counts[w]} {w}"));
            return string.Join(", ", said) is { Length: > 0 } all ? all : "nothing to do";
        }
    }
}
