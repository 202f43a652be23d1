using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>What is measured of a drawn page: each gives what is wrong, and nothing where all is well.</summary>
internal static class PageMeasures
{
    /// <summary>Text whose contrast is below what WCAG AA asks for: 4.5, or 3 for large text.</summary>
    private const string Contrast = """
        (() => {
          const canvas = document.createElement("canvas"), pen = canvas.getContext("2d", { willReadFrequently: true });
          canvas.width = canvas.height = 1;
          const mixed = colors => {
            for (const color of colors) { pen.fillStyle = color; pen.fillRect(0, 0, 1, 1); }
            return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const light = rgb => rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
            .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
          const root = getComputedStyle(document.body).backgroundColor, wrong = [], known = new Map();
          for (const e of document.querySelectorAll("body *")) {
            const words = [...e.childNodes].filter(n => n.nodeType === 3 && n.data.trim()).map(n => n.data.trim()).join(" ");
            if (!words || !e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
            if (e.closest(":disabled, .skip, noscript, title")) continue;
            const style = getComputedStyle(e), svg = e.closest("svg"), color = svg ? style.fill : style.color;
            if (color === "rgba(0, 0, 0, 0)") continue; // words for a reader of the screen, on a button too small for them
            const grounds = [];
            for (let up = e; up; up = up.parentElement) grounds.unshift(getComputedStyle(up).backgroundColor);
            const body = svg && e.classList.contains("number") && e.parentElement.querySelector(".body");
            if (body) grounds.push(getComputedStyle(body).fill);
            const key = [root, ...grounds, color].join("|"), size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
            if (!known.has(key)) {
              const [a, b] = [light(mixed([root, ...grounds])), light(mixed([root, ...grounds, color]))];
              known.set(key, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
            }
            const found = known.get(key), wanted = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
            if (found < wanted) wrong.push(`${found.toFixed(2)} of "${words.slice(0, 40)}" (${e.getAttribute("class")})`);
          }
          return wrong;
        })()
        """;

    /// <summary>What is wider than the window, or sticks out of it.</summary>
    private const string Overflow = """
        (() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [`${document.documentElement.scrollWidth} of ${width}`, ...[...document.querySelectorAll("body *")]
            .filter(e => e.getBoundingClientRect().right > width + 0.5).slice(0, 5).map(e => `${e.tagName} ${e.getAttribute("class")}`)];
        })()
        """;

    /// <summary>Words of one member over the words or the body of another, or cut off at the picture's edge.</summary>
    private const string Overlaps = """
        (() => {
          const edge = document.querySelector("#topology").getBoundingClientRect(), wrong = [];
          const nodes = [...document.querySelectorAll("#topology a.node")].map(a => ({ id: a.dataset.id,
            parts: [...a.querySelectorAll("text.words, .body")].map(p => [p.textContent || "its body", p.getBoundingClientRect()]) }));
          for (const n of nodes) for (const [words, r] of n.parts) {
            const inside = r.left > edge.left - 1 && r.right < edge.right + 1 && r.top > edge.top - 14 && r.bottom < edge.bottom + 14;
            if (!inside) wrong.push(`${words} sticks out`);
            for (const other of nodes) if (other.id > n.id) for (const [theirs, o] of other.parts) {
              const across = r.left + 1 < o.right && o.left + 1 < r.right, down = r.top + 2 < o.bottom && o.top + 2 < r.bottom;
              if (across && down) wrong.push(`${words} / ${theirs}`);
            }
          }
          return wrong;
        })()
        """;

    /// <summary>Words of the timeline out of their line, times wider than their column, numbers wider than their piece.</summary>
    private const string Bars = """
        [...[...document.querySelectorAll("#phases .what")].filter(w => w.checkVisibility()).filter(w => {
          const r = w.getBoundingClientRect(), t = w.parentElement.getBoundingClientRect();
          return r.left < t.left - 1 || r.right > t.right + 1;
        }), ...[...document.querySelectorAll("#phases .ms, #lanes .piece:not(.slim)")]
          .filter(w => w.scrollWidth > w.clientWidth)].map(w => w.textContent)
        """;

    public static Task<List<string>> BarsAsync(Tab tab) => ListAsync(tab, Bars);

    public static Task<List<string>> ContrastAsync(Tab tab) => ListAsync(tab, Contrast);

    public static Task<List<string>> OverflowAsync(Tab tab) => ListAsync(tab, Overflow);

    public static Task<List<string>> OverlapsAsync(Tab tab) => ListAsync(tab, Overlaps);

    public static async Task FineAsync(Tab tab, string what)
    {
        var wrong = (await OverflowAsync(tab)).Select(w => $"too wide: {w}")
            .Concat((await OverlapsAsync(tab)).Select(w => $"over each other: {w}"))
            .Concat((await BarsAsync(tab)).Select(w => $"out of its line: {w}"))
            .Concat((await ContrastAsync(tab)).Select(w => $"contrast: {w}")).ToList();
        Assert.True(wrong.Count == 0, $"{what}\n{string.Join('\n', wrong.Take(20))}");
    }

    /// <summary>Nothing went wrong in the page, and it asked nobody but its own node.</summary>
    public static void Quiet(Tab tab, Uri address)
    {
        Assert.Empty(tab.Complaints);
        var own = address.GetLeftPart(UriPartial.Authority);

        // The browser's own pictures, of a field for a time for example, come as data and from nowhere.
        bool IsNone(string r) => r == "about:blank" || r.StartsWith("data:", StringComparison.Ordinal);
        Assert.All(tab.Requests, r => Assert.True(IsNone(r) || new Uri(r).GetLeftPart(UriPartial.Authority) == own, r));
    }

    private static async Task<List<string>> ListAsync(Tab tab, string script) =>
        [.. (await tab.ValueAsync(script)).EnumerateArray().Select(e => e.GetString()!)];
}
