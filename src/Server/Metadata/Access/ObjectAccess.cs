using Dhis2Grpc.Server.Security;

namespace Dhis2Grpc.Server.Metadata.Access;

/// <summary>What a caller may do with objects: by the authorities that their type asks for, and by the sharing of each.</summary>
/// <param name="caller">The caller.</param>
/// <param name="scope">What metadata tells of the caller.</param>
internal sealed class ObjectAccess(User caller, UserScope scope)
{
    /// <summary>The caller may do everything.</summary>
    public bool IsSuper => scope.IsSuper;

    /// <summary>May create objects of the type.</summary>
    public bool CanCreate(TypeAccess type) => type.ImplicitPrivate || HasAny(type.AnyCreate);

    /// <summary>May see the object.</summary>
    public bool CanRead(TypeAccess type, Sharing? sharing) =>
        IsSuper || (HasAny(type.Read) && (!type.Shareable || sharing?.PublicAccess is null || Owns(sharing) || sharing.Can(scope, Sharing.Right.Read)));

    /// <summary>May change the object.</summary>
    public bool CanUpdate(TypeAccess type, Sharing? sharing) => CanChange(type, type.Update, sharing);

    /// <summary>May change the object, as DHIS2 says it when nobody asks how.</summary>
    public bool CanWrite(TypeAccess type, Sharing? sharing) => CanChange(type, [], sharing);

    /// <summary>May delete the object.</summary>
    public bool CanDelete(TypeAccess type, Sharing? sharing)
    {
        if (IsSuper) return true;
        var needed = type.Delete.Length > 0 ? type.Delete : type.AnyCreate;
        if (!HasAny(needed)) return type.ImplicitPrivate && MayWrite(sharing);
        return !type.Shareable || sharing?.PublicAccess is null || (MayShare(type, sharing) && MayWrite(sharing));
    }

    /// <summary>May see data of the object.</summary>
    public bool CanReadData(TypeAccess type, Sharing? sharing) => IsSuper || (type.DataShareable && sharing?.CanRead(scope) == true);

    /// <summary>May enter data for the object.</summary>
    public bool CanWriteData(TypeAccess type, Sharing? sharing) => IsSuper || (type.DataShareable && sharing?.CanWrite(scope) == true);

    private bool CanChange(TypeAccess type, string[] authorities, Sharing? sharing)
    {
        if (IsSuper) return true;
        if (!HasAny(authorities.Length > 0 ? authorities : type.AnyCreate)) return type.ImplicitPrivate && MayShare(type, sharing) && MayWrite(sharing);
        return !type.Shareable || (MayShare(type, sharing) && MayWrite(sharing));
    }

    // An object that everybody sees needs who may make such; one that only some see, who may make either.
    private bool MayShare(TypeAccess type, Sharing? sharing)
    {
        var (open, hidden) = type.Create.Length > 0 ? (type.Create, type.Create) : (type.CreatePublic, type.CreatePrivate);
        return HasAny(open) || (sharing?.PublicAccess == Sharing.Hidden && HasAny(hidden));
    }

    private bool MayWrite(Sharing? sharing) => Owns(sharing) || sharing!.Can(scope, Sharing.Right.Write);

    private bool Owns(Sharing? sharing) => sharing?.Owner is not { } owner || scope.Uids.Contains(owner);

    private bool HasAny(IEnumerable<string> authorities) => !authorities.Any() || authorities.Any(caller.Has);
}
