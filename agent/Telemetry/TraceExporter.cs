using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using MySqlHa.Cluster;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MySqlHa.Telemetry;

/// <summary>
/// Sends traces by OpenTelemetry's exporter. All of that library that the agent uses is here and is loaded with the first trace; nothing
/// else of the process is traced. Made and asked for posts by one thread, tried by one.
/// </summary>
internal sealed class TraceExporter : IDisposable
{
    private const string Name = "mysqlha";
    private readonly Witness _witness;
    private readonly HttpClient _http;
    private readonly OtlpTraceExporter _exporter;
    private readonly ActivitySource _source;
    private readonly TracerProvider _provider;

    /// <param name="view">Whose cluster, group and node each trace names.</param>
    public TraceExporter(TraceTarget target, ClusterView view)
    {
        _witness = new Witness(target);
        _http = Try.Client(_witness);
        // What the environment says for exporters is read by our configuration, and by nobody else.
        _exporter = new OtlpTraceExporter(new OtlpExporterOptions
        {
            Endpoint = target.Url,
            Protocol = target.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            Headers = null,
            Compression = OtlpExportCompression.None,
            TimeoutMilliseconds = (int)Try.Patience.TotalMilliseconds,
            HttpClientFactory = () => _http,
        });
        _source = new ActivitySource(Name, target.Version);
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(Name)
            .SetSampler(new AlwaysOnSampler())
            .ConfigureResource(resource => resource
                .AddService(Name, null, target.Version, autoGenerateServiceInstanceId: false, view.Self.Hex)
                .AddAttributes(
                [
                    new("mysqlha.cluster_id", view.ClusterId),
                    new("mysqlha.service_group", view.ServiceGroup.ToString()),
                ]))
            .AddProcessor(new ByHand(_exporter))
            .Build();
    }

    /// <summary>Null: there is nothing to be told of it.</summary>
    /// <param name="code">Of the event that tells of it.</param>
    public Post? PostOf(EpochView epoch, ClusterView view, string code) => ChangeTrace.Of(epoch, view, _source) is { } spans
        ? new Post($"the trace of epoch {epoch.Number}", code, cancellation => TryAsync(spans, cancellation))
        : null;

    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
        _http.Dispose();
    }

    private async ValueTask<Try> TryAsync(Activity[] spans, CancellationToken cancellation)
    {
        _witness.Begin(cancellation);
        // It waits for the collector as long as it takes: on a thread of its own, for none of the pool's may be missing elsewhere.
        var result = await Task.Factory.StartNew(
            () => _exporter.Export(new Batch<Activity>(spans, spans.Length)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (result == ExportResult.Success)
        {
            return new Try("");
        }

        cancellation.ThrowIfCancellationRequested();
        return _witness.Seen is { Taken: false } seen ? seen : new Try("OpenTelemetry's exporter could not send it");
    }

    /// <summary>
    /// Gives the exporter the provider's resource. A trace is exported whole, by hand: as one request, and again where it must.
    /// </summary>
    private sealed class ByHand(BaseExporter<Activity> exporter) : BaseExportProcessor<Activity>(exporter)
    {
        protected override void OnExport(Activity data)
        {
        }
    }

    /// <summary>Stands in the exporter's way to the collector and sees what that answers: the exporter only says that it failed.</summary>
    private sealed class Witness(TraceTarget target) : DelegatingHandler
    {
        /// <summary>Of an answer by gRPC: it is almost empty.</summary>
        private const int MostAnswered = 1 << 20;

        private CancellationToken _calledOff;

        /// <summary>Since it began; null: no request was made, or it was called off.</summary>
        public Try? Seen { get; private set; }

        public void Begin(CancellationToken calledOff) => (_calledOff, Seen) = (calledOff, null);

        // The thread is the export's own.
        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
            SendAsync(request, cancellationToken).GetAwaiter().GetResult();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Not by the exporter's option, in which a value ends with its first comma.
            foreach (var (name, value) in target.Headers)
            {
                _ = request.Headers.Remove(name);
                _ = request.Headers.TryAddWithoutValidation(name, value);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _calledOff);
            HttpResponseMessage? answer = null;
            try
            {
                answer = await base.SendAsync(request, either.Token);
                if (target.Grpc)
                {
                    // The status comes behind it.
                    await answer.Content.LoadIntoBufferAsync(MostAnswered, either.Token);
                }

                Seen = target.Grpc ? OfGrpc(answer) : Try.Of(answer);
                return answer;
            }
            catch (Exception e)
            {
                answer?.Dispose();
                Seen = Try.Of(e, _calledOff);
                throw;
            }
        }

        private static Try OfGrpc(HttpResponseMessage answer)
        {
            if (!answer.IsSuccessStatusCode)
            {
                return Try.Of(answer);
            }

            if (!int.TryParse(StatusIn(answer.Headers) ?? StatusIn(answer.TrailingHeaders), CultureInfo.InvariantCulture, out var number))
            {
                return new Try("it answers without a status of gRPC");
            }

            var status = (GrpcStatus)number;
            return status == GrpcStatus.Ok ? new Try("") : new Try($"it answers {status}", IsRefusal(status));
        }

        private static string? StatusIn(HttpResponseHeaders headers) =>
            headers.TryGetValues("grpc-status", out var values) ? values.First() : null;

        /// <summary>What a client's error is over HTTP.</summary>
        private static bool IsRefusal(GrpcStatus status) => status is GrpcStatus.InvalidArgument or GrpcStatus.NotFound
            or GrpcStatus.AlreadyExists or GrpcStatus.PermissionDenied or GrpcStatus.FailedPrecondition or GrpcStatus.Unimplemented
            or GrpcStatus.Unauthenticated;

        /// <summary>By the numbers that gRPC gives them.</summary>
        private enum GrpcStatus
        {
            Ok,
            Cancelled,
            Unknown,
            InvalidArgument,
            DeadlineExceeded,
            NotFound,
            AlreadyExists,
            PermissionDenied,
            ResourceExhausted,
            FailedPrecondition,
            Aborted,
            OutOfRange,
            Unimplemented,
            Internal,
            Unavailable,
            DataLoss,
            Unauthenticated,
        }
    }
}
