namespace Dhis2Grpc.Server.Queries;

/// <summary>A property of the objects of a list, by which the list is filtered and ordered.</summary>
internal abstract class ObjectProperty<T>
{
    /// <summary>It holds one value that can be ordered.</summary>
    public virtual bool IsSimple => true;

    /// <summary>What must hold, before negation.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="operand">What the filter compares with; empty for operators that need nothing.</param>
    /// <param name="zone">Zone of dates without one.</param>
    /// <exception cref="Errors.Dhis2Exception">The operand makes no sense (E1003).</exception>
    public abstract Func<T, bool> Condition(FilterOperator op, string operand, TimeZoneInfo zone);

    /// <summary>Which comes first; absent values are last.</summary>
    public abstract int Compare(T x, T y, bool ignoreCase);
}

/// <summary>The properties of a type of object.</summary>
internal interface IObjectProperties<T>
{
    /// <summary>Finds a property by its DHIS2 name, such as <c>lastUpdatedBy.username</c>; null when there is none.</summary>
    ObjectProperty<T>? Find(string name);
}
