// A WinSW v3 file, for those who want a Windows service. Printed only: jobq does not bring WinSW.
import type { ServiceFacts, ServicePlan } from './service.ts';
import { describeService } from './service.ts';
import { programArguments, refuseVariables, serviceName } from './windows-words.ts';
import { xmlText } from './xml.ts';

export function winswPlan(facts: ServiceFacts): ServicePlan {
  refuseVariables(facts);
  const name = serviceName(facts);
  return {
    kind: 'winsw',
    name,
    file: { path: `${name}.xml`, text: winswXml(facts), encoding: 'utf8' },
    install: [
      {
        command: [`${name}.exe`, 'install'],
        remedy: `put WinSW v3 beside the file as ${name}.exe and give the command as administrator`,
      },
      { command: [`${name}.exe`, 'start'], remedy: 'look into its log beside the file' },
    ],
    uninstall: {
      before: [
        { command: [`${name}.exe`, 'stop'], remedy: 'give it as administrator' },
        { command: [`${name}.exe`, 'uninstall'], remedy: 'give it as administrator' },
      ],
      after: [],
    },
    notes: SERVICE_NOTES,
    leaves: [`${name}.exe and ${name}.xml`],
    query: undefined,
    start: `${name}.exe start`,
    keepAway: undefined,
  };
}

/** What is different in a service, whoever keeps it. */
export const SERVICE_NOTES: readonly string[] = [
  'a service runs without a desktop, a graphics session or mapped drives; whether NX solves there is not known: try one job before trusting it with a night',
  'it must run under the account that owns the licence settings and the Python of the jobs, never LocalSystem',
  'stopping the service ends running scripts: wrappers end every process below the runner. `jobq runner drain` lets them finish first',
];

function winswXml(facts: ServiceFacts): string {
  const name = xmlText(serviceName(facts));
  return `<service>
  <id>${name}</id>
  <name>${name}</name>
  <description>${xmlText(describeService(facts))}</description>
  <executable>${xmlText(facts.nodePath)}</executable>
  <arguments>${xmlText(programArguments(facts))}</arguments>
  <serviceaccount>
    <username>${xmlText(`${facts.domain}\\${facts.user}`)}</username>
    <prompt>dialog</prompt>
    <allowservicelogon>true</allowservicelogon>
  </serviceaccount>
  <stoptimeout>${facts.stopTimeoutS} sec</stoptimeout>
  <preshutdown>true</preshutdown>
  <onfailure action="restart" delay="10 sec"/>
  <resetfailure>1 hour</resetfailure>
  <log mode="none"/>
</service>
`;
}
