using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>Who asked for what: kept in the log before anything is done for it, so that any node can tell.</summary>
public sealed partial class NodeCore
{
    private string _accessProblem = "";
    private ImmutableArray<AuditEntry> _auditShown = [];
    private int _auditRemoved;
    private ImmutableArray<AuditView> _auditViews = [];

    /// <summary>Null: nobody is named, or it changes nothing.</summary>
    private AuditEntry? EntryOf(NodeId via, OperatorAsk ask) => ask.Caller is { } caller && !RequestText.OnlyLooks(ask.Request)
        ? new AuditEntry(via, ask.CallId, _wall, caller, RequestText.Of(ask.Request, Name))
        : null;

    /// <summary>False: this node may not propose. As long as a member could not read it, nothing is kept.</summary>
    private bool Keep(AuditEntry? entry) =>
        entry is null
        || (IsController && (_reports.Values.Any(r => r.Report.Understands < MemberReport.Audits) || Propose(new NoteRequest(entry))));

    /// <summary>Of what ended without the controller: it keeps that too.</summary>
    private void SendAudit(NodeId via, OperatorAsk ask, OperatorAnswer ended)
    {
        if (EntryOf(via, ask) is { } entry && _raft?.Leader is { } controller)
        {
            Send(controller, new AuditFrame(entry.With(ended)));
        }
    }

    private void NoteAccess(string problem)
    {
        if (problem != _accessProblem)
        {
            _out.Event("api-access", problem.Length > 0 ? problem : "the API's tokens and certificate are in order again");
            _accessProblem = problem;
            _reportDue = true;
        }
    }

    /// <summary>Made anew only where it changed: pictures are made all the time.</summary>
    private ImmutableArray<AuditView> AuditViews()
    {
        if (_state.Audit != _auditShown || _state.Removed.Count != _auditRemoved)
        {
            (_auditShown, _auditRemoved, _auditViews) = (_state.Audit, _state.Removed.Count, [.. _state.Audit.Select(ViewOf)]);
        }

        return _auditViews;
    }

    /// <summary>Also of one that is no member any more.</summary>
    private string NameOnce(NodeId node) =>
        _state.Removed.TryGetValue(node, out var removed) ? $"{removed.Name} ({removed.Host})" : Name(node);

    private AuditView ViewOf(AuditEntry e) => new(
        e.Number, Time(e.At), e.Caller.Name, e.Caller.Role, e.Caller.From, NameOnce(e.Via), e.Request, e.Answer?.Outcome, e.Answer?.Reason);
}
