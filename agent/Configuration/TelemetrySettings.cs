using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MySqlHa.Configuration;

/// <summary>Where traces of OpenTelemetry go to.</summary>
/// <param name="Traces">Whole, with <c>/v1/traces</c>; http or https.</param>
/// <param name="Headers">Sent with each; may hold secrets.</param>
public sealed record TelemetrySettings(Uri Traces, ImmutableSortedDictionary<string, string> Headers)
{
    private const string Collectors = "an http or https address of a collector, like http://127.0.0.1:4318";

    /// <summary>
    /// The key <c>telemetry</c>, else the variables that OpenTelemetry has for it; null: neither.
    /// Of these OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is whole, and <c>/v1/traces</c> is put behind OTEL_EXPORTER_OTLP_ENDPOINT.
    /// </summary>
    internal static TelemetrySettings? Read(OptionsReader read, Func<string, string?> variable, List<ConfigurationProblem> problems)
    {
        if (read.Map("telemetry", ["otlp", "headers"], "a mapping with the keys otlp, headers") is { } given)
        {
            var otlp = given.RequiredHidden("otlp", TryUrl, Collectors, new Uri("http://localhost"));
            var headers = given.Map("headers", known: null, "a mapping of names of headers to their values");
            var all = (headers?.Keys ?? []).ToImmutableSortedDictionary(
                k => k, k => headers!.RequiredHidden(k, ValueText.TryLine, "one line of text", ""), StringComparer.OrdinalIgnoreCase);
            foreach (var name in all.Keys.Where(k => !IsHeader(k)))
            {
                // Its value may be a secret.
                problems.Add(new ConfigurationProblem($"telemetry.headers.{name}", "", "is no name of a header", "letters, digits and -"));
            }

            return new TelemetrySettings(WithPath(otlp), all);
        }

        return FromEnvironment(variable, problems);
    }

    private static TelemetrySettings? FromEnvironment(Func<string, string?> variable, List<ConfigurationProblem> problems)
    {
        const string Whole = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", Base = "OTEL_EXPORTER_OTLP_ENDPOINT";
        var name = variable(Whole) is { Length: > 0 } ? Whole : Base;
        if (variable(name) is not { Length: > 0 } text)
        {
            return null;
        }

        if (!TryUrl(text, out var url))
        {
            problems.Add(new ConfigurationProblem(name, "", "is not allowed", Collectors, "environment"));
            return null;
        }

        var headers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.OrdinalIgnoreCase);
        var listed = variable("OTEL_EXPORTER_OTLP_TRACES_HEADERS") ?? variable("OTEL_EXPORTER_OTLP_HEADERS") ?? "";
        foreach (var pair in listed.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var k, var v] ? (k.Trim(), Uri.UnescapeDataString(v.Trim())) : ("", "");
            if (!IsHeader(key) || value.Any(char.IsControl))
            {
                // What it is may be a secret.
                const string Allowed = "name=value, by commas, values percent-encoded";
                problems.Add(new ConfigurationProblem("OTEL_EXPORTER_OTLP_HEADERS", "", "has what is no header", Allowed, "environment"));
                break;
            }

            headers[key] = value;
        }

        return new TelemetrySettings(name == Whole ? url : WithPath(url), headers.ToImmutable());
    }

    private static Uri WithPath(Uri url) => new(url.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/v1/traces");

    private static bool IsHeader(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static bool TryUrl(string text, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value) && value.Scheme is "http" or "https" && value.UserInfo.Length == 0;
}
