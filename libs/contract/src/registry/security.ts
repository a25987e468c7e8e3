import { z } from 'zod';
import { group } from './entry.ts';
import { instance, networkInfo, nothing, securityGroupId } from './parameters.ts';

/** Which packets reach a guest. */
export const security = group('security', {
  ensureFilteringRulesForInstance: {
    name: 'ensure_filtering_rules_for_instance',
    kind: 'hostCommand',
    params: z.strictObject({ instance, networkInfo }),
    result: nothing,
    // @@ensure_filtering_rules_for_instance
  },
  unfilterInstance: {
    name: 'unfilter_instance',
    kind: 'hostCommand',
    params: z.strictObject({ instance, networkInfo }),
    result: nothing,
    // @@unfilter_instance
  },
  filterDeferApplyOn: {
    name: 'filter_defer_apply_on',
    kind: 'hostCommand',
    params: z.strictObject({}),
    result: nothing,
    // @@filter_defer_apply_on
  },
  filterDeferApplyOff: {
    name: 'filter_defer_apply_off',
    kind: 'hostCommand',
    params: z.strictObject({}),
    result: nothing,
    // @@filter_defer_apply_off
  },
  refreshSecurityGroupRules: {
    name: 'refresh_security_group_rules',
    kind: 'hostCommand',
    params: z.strictObject({ securityGroupId }),
    result: nothing,
    // @@refresh_security_group_rules
  },
  refreshSecurityGroupMembers: {
    name: 'refresh_security_group_members',
    kind: 'hostCommand',
    params: z.strictObject({ securityGroupId }),
    result: nothing,
    // @@refresh_security_group_members
  },
  refreshProviderFwRules: {
    name: 'refresh_provider_fw_rules',
    kind: 'hostCommand',
    params: z.strictObject({}),
    result: nothing,
    // @@refresh_provider_fw_rules
  },
});
